import type { PipelineSpec } from '../../api/pipeline.ts';
import { guessedItems } from './iteration-count.ts';
import type { StepEstimate } from './step-estimate.ts';

/** Names that are listed in one sentence. */
const MOST_NAMED = 6;
/** Characters of one sentence, as the API bounds it. */
const LONGEST_SENTENCE = 512;

/** What an estimate rests on, in words that a person reads before approving it. `unknown` is what was not counted. */
export function describeAssumptions(
  spec: PipelineSpec,
  estimates: readonly StepEstimate[],
  unknown: readonly string[],
): string[] {
  const notCounted = sentence(unknown, (things) => `not counted, because it is not known: ${things}`);
  const restsOnAuthor = unknown.length > 0 && statesAll(spec);
  const sentences = [
    ...ofAuthor(spec, unknown),
    ...notCounted,
    ...(restsOnAuthor ? [] : [...ofLoops(estimates), ...ofWork(estimates), ...ofPeople(spec, estimates), undisturbed]),
  ];
  return sentences.map(shorten);
}

const undisturbed = 'nothing waits for room in the cluster or for a budget, and nothing is disrupted';

const statesAll = ({ execution: { estimatedCostUnits, estimatedDurationSeconds } }: PipelineSpec) =>
  estimatedCostUnits !== undefined && estimatedDurationSeconds !== undefined;

function ofAuthor({ execution }: PipelineSpec, unknown: readonly string[]): string[] {
  const { estimatedCostUnits, estimatedDurationSeconds } = execution;
  const stated = [
    ...(estimatedCostUnits === undefined ? [] : [`a cost of ${estimatedCostUnits}`]),
    ...(estimatedDurationSeconds === undefined ? [] : [`a duration of ${estimatedDurationSeconds} s`]),
  ].join(' and ');
  if (stated === '') return [];
  return unknown.length > 0
    ? [`the author's estimate holds where not all is known: ${stated}`]
    : [`the author estimates ${stated}; all is known, so the worst case is given instead`];
}

function ofLoops(estimates: readonly StepEstimate[]): string[] {
  const guessed = estimates.filter(({ iterations }) => iterations.isGuess).map(({ node }) => node.name);
  return sentence(guessed, (names) => `${guessedItems} items each, because only the run can tell how many: ${names}`);
}

function ofWork(estimates: readonly StepEstimate[]): string[] {
  const asksModels = estimates.some(({ worstCase }) => (worstCase.usage.promptTokens ?? 0) > 0);
  const serves = estimates.some(({ node }) => node.step.type === 'ml_serving');
  return [
    'every step takes all the attempts and all the time that it may, and fallbacks, routes and child steps run too',
    ...(asksModels
      ? ['models are asked for all the tokens that limits allow; GPUs that are shared are not counted']
      : []),
    ...(serves ? ['services are counted until they are ready, not for the time that they serve'] : []),
  ];
}

function ofPeople({ execution }: PipelineSpec, estimates: readonly StepEstimate[]): string[] {
  const asks = execution.mode === 'safe' || estimates.some(({ node: { step } }) => mayAskPeople(step));
  return asks ? ['people decide at once, and send nothing back'] : [];
}

function mayAskPeople(step: StepEstimate['node']['step']): boolean {
  return step.type === 'approval' || (step.type === 'validation' && step.onFailure !== undefined);
}

function sentence(things: readonly string[], words: (things: string) => string): string[] {
  if (things.length === 0) return [];
  const more = things.length > MOST_NAMED ? ` and ${things.length - MOST_NAMED} more` : '';
  return [words(`${things.slice(0, MOST_NAMED).join(', ')}${more}`)];
}

const shorten = (text: string) => (text.length > LONGEST_SENTENCE ? `${text.slice(0, LONGEST_SENTENCE - 1)}…` : text);
