import type { StepStatus } from '../../api/step-status.ts';
import type { Waiting, WorkItemStatus } from '../../api/work-item-status.ts';

/** What is told of a WorkItem as a Kubernetes Event. */
export interface ProgressNotice {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What the operator did, in a word. */
  readonly action: string;
  readonly note: string;
}

/**
 * What people should hear when a status goes from one to the other: that the run began and ended, what failed, and what it
 * waits for now. Not every step: an Event of each would be a write of each.
 */
export function describeProgress(before: WorkItemStatus | undefined, after: WorkItemStatus): ProgressNotice[] {
  return [
    ...whenItBegan(before, after),
    ...whenStepsFailed(before, after),
    ...whenItWaits(before, after),
    ...whenItIsLate(before, after),
    ...whenItEnded(before, after),
  ];
}

function whenItBegan(before: WorkItemStatus | undefined, { startedAt, pipeline }: WorkItemStatus): ProgressNotice[] {
  if (before?.startedAt !== undefined || startedAt === undefined) return [];
  return [{ type: 'Normal', reason: 'Started', action: 'Start', note: `runs ${pipeline?.revision ?? 'its pipeline'}` }];
}

function whenStepsFailed(before: WorkItemStatus | undefined, { steps = [] }: WorkItemStatus): ProgressNotice[] {
  const known = new Map(before?.steps?.map((step) => [step.path, step]));
  return steps.flatMap((step): ProgressNotice[] => {
    const { path, phase, reason, message } = step;
    const old = known.get(path);
    if (phase === 'Failed' && old?.phase !== 'Failed')
      return [{ type: 'Warning', reason: 'StepFailed', action: 'RunStep', note: joined(path, reason, message) }];
    if (failuresOf(step) > failuresOf(old) && phase === 'Waiting')
      return [{ type: 'Warning', reason: 'AttemptFailed', action: 'RunStep', note: joined(path, message) }];
    return [];
  });
}

const failuresOf = (step: StepStatus | undefined) => step?.failures ?? 0;

/** Kinds of waits that somebody has to do something about. */
const toldWaits: ReadonlySet<string> = new Set(['decision', 'gpu', 'image', 'policy', 'budget', 'dependency']);

function whenItWaits(before: WorkItemStatus | undefined, { waitingFor = [] }: WorkItemStatus): ProgressNotice[] {
  const known = new Set(before?.waitingFor?.map(waitKey));
  return waitingFor
    .filter((waiting) => toldWaits.has(waiting.kind) && !known.has(waitKey(waiting)))
    .map(({ step, message }) => ({
      ...{ type: 'Normal' as const, reason: 'Waiting', action: 'Wait' },
      note: joined(step, message),
    }));
}

/** What a gate asks about is told anew when it changes: decisions on what it asked before are void. */
const waitKey = ({ kind, name, digest = '' }: Waiting) => `${kind} ${name} ${digest}`;

function whenItIsLate(before: WorkItemStatus | undefined, { sla }: WorkItemStatus): ProgressNotice[] {
  const isNews = before?.sla?.missedAt === undefined || before.sla.dueAt !== sla?.dueAt;
  if (sla?.missedAt === undefined || !isNews) return [];
  return [{ type: 'Warning', reason: 'Overdue', action: 'Wait', note: `it was to be done by ${sla.dueAt}` }];
}

function whenItEnded(
  before: WorkItemStatus | undefined,
  { finishedAt, ending, progress = '' }: WorkItemStatus,
): ProgressNotice[] {
  if (before?.finishedAt !== undefined || finishedAt === undefined || ending === undefined) return [];
  const { phase, reason, message } = ending;
  const type = phase === 'Succeeded' ? 'Normal' : 'Warning';
  return [{ type, reason: phase, action: 'End', note: `${progress} steps; ${joined(reason, message)}` }];
}

const joined = (...parts: readonly (string | undefined)[]) =>
  parts.filter((part) => part !== undefined && part !== '').join(': ');
