import type { CouncilSpec } from '../api/council.ts';
import type { JsonObject, JsonValue } from '../api/json.ts';
import type { CouncilWork } from '../api/runner-work.ts';
import type { RunnerTask } from '../api/runner-task.ts';
import { resolveWork } from '../core/agent/resolve-work.ts';
import { digestOf } from '../core/digest.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import type { StartAttempt } from '../core/work-item/work-item-plan.ts';
import { type ChatRequest, ModelError } from '../runner/agent/chat.ts';
import { markOf } from '../runner/agent/prompts/fence.ts';
import { runCouncil } from '../runner/agent/run-council.ts';
import { runStage } from '../runner/agent/run-stage.ts';
import type { WorkParts } from '../runner/agent/work-parts.ts';
import { aTask } from './a-runner-task.ts';
import { aCouncil, aModel, aRole } from './a-world.ts';
import { PlannedRun, type PipelineSketch } from './planned-run.ts';

/** What one is asked who takes part in a deliberation. */
export interface Asked {
  readonly who: string;
  readonly what: 'propose' | 'score' | 'vote';
  /** What lies on the table, by alias. */
  readonly proposals: ReadonlyMap<string, string>;
}

/** What a model answers; undefined when it gives no answer. */
export type Answers = (asked: Asked) => JsonValue | undefined;

/** A Council whose members are told apart by their roles, and all that it needs. */
export function aBoard(council: Partial<CouncilSpec> & { readonly members: NonNullable<CouncilSpec['members']> }) {
  const named = [...council.members.map(({ name }) => name), 'the-judge'];
  return {
    roles: named.map((name) => aRole(name, { prompt: `I am ${name}`, modelRef: { name: 'm' } })),
    models: [aModel('m', { modelName: 'm', endpoint: { url: 'http://model' } })],
    councils: [aCouncil('board', council)],
  };
}

/** Members of these names, each with a role of its own. */
export const membersNamed = (...names: readonly string[]): NonNullable<CouncilSpec['members']> =>
  names.map((name) => ({ name, roleRef: { name } }));

/** A step in which the Council deliberates. */
export const deliberate = { name: 'choose', type: 'council', council: 'board', topic: 'Which tea?' };

/** A run whose only step is a deliberation, unless the pipeline says otherwise. */
export function aDeliberation(
  council: Parameters<typeof aBoard>[0],
  pipeline: Partial<PipelineSketch> = {},
): PlannedRun {
  return new PlannedRun({ steps: [deliberate], ...pipeline }, aBoard({ isolation: 'pods', ...council }));
}

/** What the pod of an attempt is given to do. */
export function workOf(run: PlannedRun, start: StartAttempt) {
  const { workItem, pinned } = run.observed();
  const found = resolveWork({ workItem, start, pinned, method: undefined });
  if ('problem' in found) throw new Error(found.problem.message);
  return found.resolved as typeof found.resolved & { readonly work: CouncilWork };
}

/** How the pod of an attempt ends when its model answers so: the runner does in it what it does in a cluster. */
export async function speak(run: PlannedRun, path: string, answers: Answers): Promise<AttemptOutcome> {
  const start = run.startOf(path);
  if (start === undefined) throw new Error(`${path} was never started`);
  const { work } = workOf(run, start);
  const verdict = await (work.stage === undefined
    ? runCouncil(work, partsOf(work, answers))
    : runStage(work, work.stage, partsOf(work, answers)));
  const { outcome, outputs = {}, error } = verdict;
  const used = { promptTokens: 10, completionTokens: 5 };
  if (outcome !== 'succeeded') return { result: 'Failed', ...error, used };
  return { result: 'Succeeded', outputs: JSON.parse(JSON.stringify(outputs)) as JsonObject, used };
}

/** Lets all that is under way speak, in the order that is chosen, until nothing is under way any more. */
export async function speakOut(
  run: PlannedRun,
  answers: Answers,
  choose: (paths: readonly string[]) => string | undefined = ([first]) => first,
): Promise<void> {
  for (let path = choose(run.running); path !== undefined; path = choose(run.running))
    run.end(path, await speak(run, path, answers));
}

function partsOf(work: CouncilWork, answers: Answers): WorkParts {
  const task: RunnerTask = aTask({ work, limits: { maxTurns: 100, maxTokens: 1_000_000, maxOutputTokens: 4096 } });
  const ask = (request: ChatRequest) => {
    const said = answers(askedIn(request));
    if (said === undefined) return Promise.reject(new ModelError('ModelUnavailable', 'it is away'));
    const text = typeof said === 'string' ? said : JSON.stringify(said);
    return Promise.resolve({ text, toolCalls: [], finish: 'stop', usage: {} });
  };
  const parts = { task, mark: markOf(task), client: { ask, usage: {} }, transcript: { add: () => undefined } };
  return parts as unknown as WorkParts;
}

function askedIn({ messages }: ChatRequest): Asked {
  const prompt = messages[1]?.content ?? '';
  const lines = prompt.matchAll(/<<<DATA \w+ (proposal-\d+)\n([^\n]*)\n/g);
  const what = prompt.includes('Rank all of them')
    ? 'vote'
    : prompt.includes('Score each of them')
      ? 'score'
      : 'propose';
  return {
    who: /# Your role\nI am ([\w-]+)$/.exec(prompt)?.[1] ?? '',
    what,
    proposals: new Map(Array.from(lines, ([, alias = '', content = '']) => [alias, content])),
  };
}

/** Answers that depend on nothing but who is asked what, drawn by a seed: some are the same, and some are none. */
export function answersBy(seed: number, { mute = 5 }: { readonly mute?: number } = {}): Answers {
  const draw = (below: number, ...what: readonly JsonValue[]) =>
    Number.parseInt(digestOf([seed, ...what]).slice(-8), 16) % below;
  return ({ who, what, proposals }) => {
    const table = [...proposals.values()].toSorted();
    if (draw(mute, 'mute', who, what, table) === 0) return undefined;
    if (what === 'propose') return `tea ${draw(4, 'propose', who, table)}`;
    const worth = (tea: string) => draw(11, who, tea);
    const score = ([alias, tea]: readonly [string, string]) => [alias, { in_words: tea, score: worth(tea) }];
    if (what === 'score') return Object.fromEntries([...proposals].map(score)) as JsonObject;
    const order = [...proposals].toSorted(([, one], [, other]) => worth(other) - worth(one));
    return { comment: 'so', ranking: order.map(([alias]) => alias) };
  };
}
