import type { JsonObject } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { explainPendingSteps } from '../work-item/explain-pending-steps.ts';
import type { ObservedWorkItem } from '../work-item/observed.ts';
import { stepReasons } from '../work-item/step-reasons.ts';
import type { DryRunAttempt, DryRunReport, DryRunStep } from './dry-run-report.ts';
import type { RunTrace, TracedAttempt, TracedStep } from './run-trace.ts';

/** What a run has come to. */
export interface RunFacts {
  /** The world at the end, or where the run waits. */
  readonly observed: ObservedWorkItem;
  readonly trace: RunTrace;
  readonly graph: PipelineGraph;
  /** When the run began, in milliseconds since 1970. */
  readonly startMs: number;
  /** Why it was given up, when it was. */
  readonly givenUp?: string;
}

/** What the report takes from the run itself. */
export type ReportedRun = Pick<
  DryRunReport,
  'phase' | 'reason' | 'message' | 'outputs' | 'order' | 'steps' | 'durationSeconds' | 'waitingFor'
>;

/** Writes down how a run went. */
export function writeReport(facts: RunFacts): ReportedRun {
  const { observed, trace, givenUp } = facts;
  const { status = {} } = observed.workItem;
  return {
    ...verdictOf(status, givenUp),
    outputs: outputsIn(status, facts),
    order: trace.begun.map(({ path }) => path),
    steps: Object.fromEntries([...describeBegun(facts), ...describeOthers(facts)]),
    durationSeconds: secondsSince(facts, observed.now.getTime()),
    waitingFor: status.waitingFor ?? [],
  };
}

type Verdict = Pick<DryRunReport, 'phase' | 'reason' | 'message'>;

function verdictOf({ phase, reason = '', message }: WorkItemStatus, givenUp: string | undefined): Verdict {
  if (givenUp !== undefined) return { phase: 'Failed', reason: 'NotEnded', message: givenUp };
  const isOver = phase === 'Succeeded' || phase === 'Failed' || phase === 'Cancelled';
  return { phase: isOver ? phase : 'Waiting', reason, ...(message === undefined ? {} : { message }) };
}

function outputsIn(
  { outputs, outputsRef }: Pick<WorkItemStatus, 'outputs' | 'outputsRef'>,
  { observed }: RunFacts,
): JsonObject {
  if (outputsRef === undefined) return outputs ?? {};
  return observed.facts.artifacts.get(outputsRef.digest) as JsonObject;
}

const secondsSince = ({ startMs }: Pick<RunFacts, 'startMs'>, ms: number) => (ms - startMs) / 1000;

function describeBegun(facts: RunFacts): (readonly [string, DryRunStep])[] {
  return facts.trace.begun.map((step) => [step.path, describeStep(step, facts)]);
}

function describeStep(step: TracedStep, facts: RunFacts): DryRunStep {
  const { record, attempts, inputs, startedMs } = step;
  const { phase, reason = '', message, finishedAt } = record;
  return {
    phase: hasEnded(record) ? (phase as DryRunStep['phase']) : 'Waiting',
    reason,
    ...(message === undefined ? {} : { message }),
    attempts: attempts.length,
    history: attempts.map((attempt) => describeAttempt(attempt, facts)),
    inputs,
    outputs: phase === 'Succeeded' ? outputsIn(record, facts) : {},
    ...(startedMs === undefined ? {} : { startedAtSeconds: secondsSince(facts, startedMs) }),
    ...(finishedAt === undefined ? {} : { finishedAtSeconds: secondsSince(facts, Date.parse(finishedAt)) }),
  };
}

function describeAttempt({ number, startedMs, finishedMs, ended }: TracedAttempt, facts: RunFacts): DryRunAttempt {
  const { result, reason, message } = ended ?? {};
  return {
    attempt: number,
    result: result === undefined ? 'Running' : result === 'Disrupted' || result === 'Unknown' ? 'Failed' : result,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    startedAtSeconds: secondsSince(facts, startedMs),
    ...(finishedMs === undefined ? {} : { finishedAtSeconds: secondsSince(facts, finishedMs) }),
  };
}

const hasEnded = ({ phase, finishedAt }: StepStatus) => phase === 'Skipped' || finishedAt !== undefined;

/** Steps that never began: those that were skipped, and those of which nothing was recorded. */
function describeOthers(facts: RunFacts): (readonly [string, DryRunStep])[] {
  const pending = explainPendingSteps(facts.observed);
  return placesOf(facts).flatMap(({ path, node, loop }): (readonly [string, DryRunStep])[] => {
    const traced = facts.trace.steps.get(path);
    if (traced?.startedMs !== undefined) return [];
    if (traced !== undefined) return [[path, describeStep(traced, facts)]];
    const { phase, reason, message } = pending.get(node.name) ?? endedBefore(loop);
    const described = { phase: phase === 'Pending' ? ('Waiting' as const) : phase, reason, message };
    return [[path, { ...described, attempts: 0, history: [], inputs: {}, outputs: {} }]];
  });
}

/** An iteration ends early when one of its steps, or one of another iteration, has failed. */
const endedBefore = (loop: string) =>
  ({ phase: 'Skipped', reason: stepReasons.runEnded, message: `${loop} ended before it began` }) as const;

interface PlacedStep {
  readonly path: string;
  readonly node: StepNode;
  /** The iteration that it stands in, such as `loop[2]`. */
  readonly loop: string;
}

/** Every step of the run and of the iterations that have begun, in the order of the document. */
function placesOf({ graph, trace }: RunFacts): PlacedStep[] {
  const prefixes = new Map<StepNode | undefined, Set<string>>([[undefined, new Set([''])]]);
  for (const path of trace.steps.keys()) {
    const prefix = path.slice(0, path.lastIndexOf('.') + 1);
    const loop = graph.byName.get(path.slice(prefix.length))?.loop;
    if (loop !== undefined) prefixes.set(loop, (prefixes.get(loop) ?? new Set()).add(prefix));
  }
  return graph.nodes.flatMap((node) =>
    [...(prefixes.get(node.loop) ?? [])].map((prefix) => ({
      path: prefix + node.name,
      node,
      loop: prefix.slice(0, -1),
    })),
  );
}
