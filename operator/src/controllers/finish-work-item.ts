import type { WorkItem } from '../api/work-item.ts';
import { Terminal } from '../core/reconcile-error.ts';
import type { EndedSince } from './ended-since.ts';
import type { Again, WorkItemControllerParts } from './work-item-parts.ts';

type FinishParts = Pick<WorkItemControllerParts, 'attempts' | 'facts' | 'cluster' | 'clock' | 'pipelines'> & {
  readonly ended: EndedSince;
};

/**
 * What is left to do once a run has ended: end what still goes on, take away what its steps made, and in time remove its Jobs,
 * and itself when it says so. All of it is done by turns after the end was recorded, so that none of it is forgotten when the
 * operator dies.
 */
export async function finishWorkItem(parts: FinishParts, workItem: WorkItem): Promise<Again> {
  const { attempts, facts, cluster, clock, ended } = parts;
  const left = attempts.observe(workItem).filter(({ outcome }) => outcome === undefined);
  await Promise.all(left.map(({ path, number }) => attempts.stop(workItem, { path, attempt: number })));
  attempts.settle(workItem, new Set());
  const { finishedJobsSeconds, workItemSeconds } = facts.retention(workItem);
  const nowMs = clock().getTime();
  const endedMs = endOf(ended, workItem, nowMs);
  const dueMs = (seconds: number) => endedMs + seconds * 1000 - nowMs;
  const isLeft = attempts.isLeft(workItem);
  if (isLeft && dueMs(finishedJobsSeconds) <= 0) await attempts.sweep(workItem);
  await cleanUp(parts, workItem);
  if (workItemSeconds !== undefined && dueMs(workItemSeconds) <= 0) {
    await cluster.remove(workItem);
    return {};
  }
  const waits = [isLeft ? dueMs(finishedJobsSeconds) : undefined, workItemSeconds && dueMs(workItemSeconds)];
  const next = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return next.length === 0 ? {} : { requeueAfterMs: Math.min(...next) };
}

function endOf(ended: EndedSince, { metadata: { name, namespace = '' }, status }: WorkItem, nowMs: number): number {
  return ended.of(`${namespace}/${name}`, status?.finishedAt ?? '', nowMs);
}

/** Only what the run is pinned to says what its steps made; when that is gone, the owner of what they made is the backstop. */
async function cleanUp({ attempts, pipelines }: FinishParts, workItem: WorkItem): Promise<void> {
  const { status = {} } = workItem;
  if (status.startedAt === undefined) return;
  const pin = await pipelines.pin(workItem).catch((error: unknown) => {
    if (error instanceof Terminal) return undefined;
    throw error;
  });
  if (pin !== undefined && 'pinned' in pin) await attempts.cleanUp({ workItem, pinned: pin.pinned, status });
}
