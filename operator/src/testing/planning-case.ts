import { expect } from 'vitest';
import { PlannedRun, type PipelineSketch, type RunSketch } from './planned-run.ts';
import { UploadingRun } from './uploading-run.ts';

/** One case of planning, under a sentence that says what it shows. Paths are those of steps. */
export interface PlanningCase {
  readonly steps: PipelineSketch['steps'];
  /** The rest of the pipeline. */
  readonly pipeline?: Omit<PipelineSketch, 'steps'>;
  /** Inputs, Methods, facts and what the WorkItem says. */
  readonly given?: RunSketch;
  /** What happens, in order. */
  readonly when?: (run: PlannedRun) => unknown;
  /** Phase and reason of the run. */
  readonly run?: string;
  /** Part of what the run says. */
  readonly says?: string;
  /** Phase and reason of steps; `-` for no record. */
  readonly states?: Readonly<Record<string, string>>;
  /** Attempts in the order in which they were started. */
  readonly started?: readonly string[];
  /** Attempts that are under way in the end. */
  readonly running?: readonly string[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Inputs that the last attempts were started with. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Parts of messages. */
  readonly messages?: Readonly<Record<string, string>>;
  /** Kinds and names of what is waited for: `decision review`. */
  readonly waits?: readonly string[];
  /** Anything else. */
  readonly then?: (run: PlannedRun) => unknown;
  /** Whether it shows how results are kept that come inline; any other case comes to the same when they are uploaded. */
  readonly isOfInlineResults?: boolean;
}

/** Runs a case, and compares all that it says: once with results that come inline, once with results that are uploaded. */
export function checkPlanningCase({ isOfInlineResults = false, ...planned }: PlanningCase): void {
  checkRun(PlannedRun, planned);
  if (!isOfInlineResults) checkRun(UploadingRun, planned);
}

function checkRun(
  Driver: typeof PlannedRun,
  { steps, pipeline, given, when, then, says, messages = {}, ...expected }: Omit<PlanningCase, 'isOfInlineResults'>,
): void {
  const run = new Driver({ ...pipeline, steps }, given);
  when?.(run);
  const seen = {
    run: run.state,
    states: byPath(expected.states, (path) => run.stateOf(path)),
    started: run.started,
    running: run.running,
    outputs: byPath(expected.outputs, (path) => run.outputsOf(path)),
    inputs: byPath(expected.inputs, (path) => run.startOf(path)?.inputs),
    waits: (run.status.waitingFor ?? []).map(({ kind, name }) => `${kind} ${name}`),
  };
  const asked = Object.keys(expected) as (keyof typeof expected)[];
  expect(Object.fromEntries(asked.map((what) => [what, seen[what]]))).toEqual(expected);
  if (says !== undefined) expect(run.status.message).toContain(says);
  for (const [path, message] of Object.entries(messages)) expect(run.messageOf(path)).toContain(message);
  then?.(run);
}

const byPath = (wanted: object = {}, see: (path: string) => unknown) =>
  Object.fromEntries(Object.keys(wanted).map((path) => [path, see(path)]));

/** A step that calls a Method by a Job. */
export const call = (name: string, more: object = {}) => ({ name, type: 'function' as const, method: 'm', ...more });

/** A binding to a template. */
export const from = (template: unknown) => ({ from: template as string });

/** A loop over the input `items`, whose variable is `item`. */
export const loop = (name: string, steps: readonly object[], more: object = {}) => ({
  ...{ name, type: 'loop' as const, iterateOver: '{{input.items}}', loopVariable: 'item', steps: steps as never },
  ...more,
});

/** Steps side by side. */
export const group = (name: string, steps: readonly object[], more: object = {}) => ({
  ...{ name, type: 'parallel_group' as const, steps: steps as never },
  ...more,
});

/** Two branches. */
export const choice = (
  name: string,
  expression: string,
  [yes, no]: readonly (readonly object[])[],
  more: object = {},
) => ({
  ...{ name, type: 'conditional' as const, condition: { expression } },
  branches: {
    ...(yes === undefined ? {} : { ifTrue: { steps: yes as never } }),
    ...(no === undefined ? {} : { ifFalse: { steps: no as never } }),
  },
  ...more,
});

/** A step that waits for one person in the role `review`. */
export const approval = (name: string, more: object = {}) => ({
  ...{ name, type: 'approval' as const, approvals: [{ role: 'review' }] },
  ...more,
});
