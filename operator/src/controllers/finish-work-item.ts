import type { WorkItem } from '../api/work-item.ts';
import type { Again, WorkItemControllerParts } from './work-item-controller.ts';

/** What is left to do once a run has ended: end what still goes on, and in time remove its Jobs, and itself when it says so. */
export async function finishWorkItem(
  { attempts, facts, cluster, clock }: Pick<WorkItemControllerParts, 'attempts' | 'facts' | 'cluster' | 'clock'>,
  workItem: WorkItem,
): Promise<Again> {
  const ended = attempts.observe(workItem).filter(({ outcome }) => outcome === undefined);
  await Promise.all(ended.map(({ path, number }) => attempts.stop(workItem, { path, attempt: number })));
  attempts.settle(workItem, new Set());
  const { finishedJobsSeconds, workItemSeconds } = facts.retention(workItem);
  const nowMs = clock().getTime();
  const dueMs = (seconds: number) => Date.parse(workItem.status?.finishedAt ?? '') + seconds * 1000 - nowMs;
  if (workItemSeconds !== undefined && dueMs(workItemSeconds) <= 0) {
    await cluster.remove(workItem);
    return {};
  }
  const isLeft = attempts.isLeft(workItem);
  if (isLeft && dueMs(finishedJobsSeconds) <= 0) await attempts.sweep(workItem);
  const waits = [isLeft ? dueMs(finishedJobsSeconds) : undefined, workItemSeconds && dueMs(workItemSeconds)];
  const next = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return next.length === 0 ? {} : { requeueAfterMs: Math.min(...next) };
}
