import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { WorkItemSpec } from '../../api/work-item.ts';

/** One part of the score, from 0 to 1, and why. */
export interface ReadyCheck {
  readonly name: string;
  readonly score: number;
  readonly message: string;
}

/** How ready a piece of work is, from 0 to 1, and what that is made of. */
export interface Readiness {
  readonly score: number;
  readonly checks: readonly ReadyCheck[];
}

/** What the score is made from. */
export interface ReadinessInputs {
  readonly spec: WorkItemSpec;
  /** The inputs of the run, with the defaults of the parameters. */
  readonly inputs: JsonObject;
  readonly pipeline: Pick<PipelineSpec, 'parameters' | 'execution'>;
}

/** Part of the score: what it counts, and how good it is. */
interface Part {
  readonly name: string;
  readonly weight: number;
  readonly judge: (given: ReadinessInputs) => Judged;
}

interface Judged {
  readonly score: number;
  readonly why: string;
}

/** Characters from which on a text says what is wanted, and is no mere title. */
const tellingLength = 20;

const parts: readonly Part[] = [
  { name: 'goal', weight: 0.25, judge: judgeGoal },
  { name: 'acceptance_criteria', weight: 0.25, judge: judgeCriteria },
  { name: 'estimate', weight: 0.15, judge: judgeEstimate },
  { name: 'inputs', weight: 0.15, judge: judgeInputs },
  { name: 'owner', weight: 0.1, judge: judgeOwner },
  { name: 'dependencies', weight: 0.1, judge: judgeDependencies },
];

/**
 * The definition-of-ready score: how much of what one must know before work begins is there. It is the weighted mean of
 * six parts, by the WorkItem alone, so that everybody can reckon it again:
 *
 * - `goal` (0.25): a text in the input `goal`, `description`, `brief`, `story` or `title`; half for less than 20 characters.
 * - `acceptance_criteria` (0.25): the input of that name, a text or a list; half for a single criterion.
 * - `estimate` (0.15): the input `estimate`, `story_points`, `points` or `size`, or the Pipeline's own estimate.
 * - `inputs` (0.15): the share of the Pipeline's parameters that have a value.
 * - `owner` (0.1): the input `owner` or `assignee`, or `spec.project`.
 * - `dependencies` (0.1): the input `dependencies` or `depends_on`, if only as an empty list: then somebody has thought of it.
 *
 * Names of inputs may be written in camel case too. Without a goal or criteria nothing comes to the 0.8 that stories need.
 */
export function scoreReadiness(given: ReadinessInputs): Readiness {
  const judged = parts.map(({ name, weight, judge }) => ({ name, weight, ...judge(given) }));
  const sum = judged.reduce((total, { weight, score }) => total + weight * score, 0);
  return {
    score: rounded(sum),
    checks: judged.map(({ name, weight, score, why }) => ({
      ...{ name, score: rounded(score), message: `${why} (counts ${weight * 100} %)` },
    })),
  };
}

/** To two decimals, so that no sum of fractions falls short of what it stands for. */
const rounded = (share: number) => Math.round(share * 100) / 100;

/** The first of some inputs that has a value. */
function inputOf(inputs: JsonObject, ...names: readonly string[]): JsonValue | undefined {
  const spellings = names.flatMap((name) => [
    name,
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  ]);
  const found = spellings.find((name) => Object.hasOwn(inputs, name) && !isEmpty(inputs[name]));
  return found === undefined ? undefined : inputs[found];
}

const isEmpty = (value: JsonValue | undefined) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

function judgeGoal({ inputs }: ReadinessInputs): Judged {
  const goal = inputOf(inputs, 'goal', 'description', 'brief', 'story', 'title');
  if (goal === undefined) return { score: 0, why: 'no goal or description is given' };
  const isTelling = typeof goal !== 'string' || goal.trim().length >= tellingLength;
  return isTelling ? { score: 1, why: 'the goal is described' } : { score: 0.5, why: 'the goal is only a title' };
}

function judgeCriteria({ inputs }: ReadinessInputs): Judged {
  const criteria = inputOf(inputs, 'acceptance_criteria');
  const count = criteria === undefined ? 0 : countCriteria(criteria);
  if (count === 0) return { score: 0, why: 'no acceptance criteria are given' };
  return count === 1
    ? { score: 0.5, why: 'there is only one acceptance criterion' }
    : { score: 1, why: `there are ${count} acceptance criteria` };
}

/** A text counts by its lines. */
function countCriteria(criteria: JsonValue): number {
  if (Array.isArray(criteria)) return (criteria as readonly JsonValue[]).filter((each) => !isEmpty(each)).length;
  if (typeof criteria === 'string') return criteria.split('\n').filter((line) => line.trim() !== '').length;
  return typeof criteria === 'object' && criteria !== null ? Object.keys(criteria).length : 0;
}

function judgeEstimate({ inputs, pipeline }: ReadinessInputs): Judged {
  const estimate = inputOf(inputs, 'estimate', 'story_points', 'points', 'size');
  if (estimate !== undefined && estimate !== 0) return { score: 1, why: 'it is estimated' };
  const { estimatedCostUnits, estimatedDurationSeconds } = pipeline.execution;
  return (estimatedCostUnits ?? estimatedDurationSeconds) === undefined
    ? { score: 0, why: 'nobody has estimated it' }
    : { score: 1, why: 'its Pipeline is estimated' };
}

function judgeInputs({ inputs, pipeline: { parameters = [] } }: ReadinessInputs): Judged {
  const missing = parameters.filter(({ name }) => isEmpty(inputs[name])).map(({ name }) => name);
  if (missing.length === 0) return { score: 1, why: 'every parameter has a value' };
  return {
    score: (parameters.length - missing.length) / parameters.length,
    why: `these parameters have no value: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`,
  };
}

function judgeOwner({ inputs, spec }: ReadinessInputs): Judged {
  const owner = inputOf(inputs, 'owner', 'assignee') ?? spec.project;
  return owner === undefined
    ? { score: 0, why: 'no owner and no project is named' }
    : { score: 1, why: 'it belongs to somebody' };
}

function judgeDependencies({ inputs }: ReadinessInputs): Judged {
  return inputOf(inputs, 'dependencies', 'depends_on') === undefined
    ? { score: 0, why: 'nobody has said what it depends on' }
    : { score: 1, why: 'it is said what it depends on' };
}
