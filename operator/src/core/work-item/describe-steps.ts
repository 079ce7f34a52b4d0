import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';

/** Something that happened to a step, as logs and events tell it. */
export interface StepEvent {
  readonly event: 'step.started' | 'step.completed' | 'step.failed';
  readonly step: string;
  readonly phase: StepStatus['phase'];
  readonly reason?: string;
  /** From its first attempt to its end, in milliseconds; of steps that ended. */
  readonly duration_ms?: number;
}

/** What happened to the steps of a run when its status goes from one to the other; finished iterations are not in it. */
export function describeSteps(before: WorkItemStatus | undefined, after: WorkItemStatus): StepEvent[] {
  const known = new Map(before?.steps?.map((step) => [step.path, step.phase]));
  return (after.steps ?? []).flatMap((step): StepEvent[] => {
    const { path, phase, reason } = step;
    const old = known.get(path);
    if (old === phase) return [];
    const event = eventOf(phase, old);
    if (event === undefined) return [];
    return [{ event, step: path, phase, ...(reason === undefined ? {} : { reason }), ...durationOf(step) }];
  });
}

function eventOf(phase: StepStatus['phase'], old: StepStatus['phase'] | undefined): StepEvent['event'] | undefined {
  switch (phase) {
    case 'Running':
      return old === 'Waiting' ? undefined : 'step.started';
    case 'Succeeded':
    case 'Skipped':
      return 'step.completed';
    case 'Failed':
    case 'Cancelled':
      return 'step.failed';
    case 'Pending':
    case 'Waiting':
      return undefined;
  }
}

function durationOf({ startedAt, finishedAt }: StepStatus): { readonly duration_ms?: number } {
  if (startedAt === undefined || finishedAt === undefined) return {};
  return { duration_ms: Date.parse(finishedAt) - Date.parse(startedAt) };
}
