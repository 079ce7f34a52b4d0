import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { Run } from './run.ts';

/** By when a run was to be done, and whether it was. */
export type SlaStatus = NonNullable<WorkItemStatus['sla']>;

/**
 * Records by when the work is to be done, and once that it was not. It is done when the run has ended, whatever it came to.
 *
 * NOTE: last of all. That this time comes must not look like something that could bring a run on that is stuck.
 */
export function watchSla(run: Run): void {
  const dueMs = dueAtMs(run);
  if (dueMs === undefined) {
    run.sla = undefined;
    return;
  }
  const dueAt = new Date(dueMs).toISOString();
  const missedAt = missedBefore(run, dueAt) ?? (endMs(run) > dueMs ? run.now : undefined);
  run.sla = missedAt === undefined ? { dueAt } : { dueAt, missedAt };
  if (missedAt === undefined) run.wakeAt(dueMs + 1);
}

/** The earliest of the times that are said: of the WorkItem from its creation, of the lifecycle from its first state. */
function dueAtMs({ observed, startedAt }: Run): number | undefined {
  const { metadata, spec } = observed.workItem;
  const { slaSeconds } = observed.pinned.spec.lifecycle?.definition ?? {};
  const due = [later(metadata.creationTimestamp, spec.slaSeconds), later(startedAt, slaSeconds)];
  const known = due.filter((each) => each !== undefined && Number.isFinite(each)) as number[];
  return known.length === 0 ? undefined : Math.min(...known);
}

const later = (from: string | undefined, seconds: number | undefined) =>
  from === undefined || seconds === undefined ? undefined : Date.parse(from) + seconds * 1000;

/** What was missed stays so. Who wrote a time that is yet to come had a clock that was ahead, and knew nothing. */
function missedBefore({ observed, nowMs }: Run, dueAt: string): string | undefined {
  const { sla } = observed.workItem.status ?? {};
  return sla?.dueAt === dueAt && sla.missedAt !== undefined && Date.parse(sla.missedAt) <= nowMs
    ? sla.missedAt
    : undefined;
}

const endMs = ({ finishedAt, nowMs }: Run) => (finishedAt === undefined ? nowMs : Date.parse(finishedAt));
