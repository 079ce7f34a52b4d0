import { observeJob } from '../core/execution/observe-job.ts';
import { controllerOf } from '../kube/job-access.ts';
import { type Job, jobs } from '../kube/job.ts';
import type { Pod } from '../kube/pod.ts';
import type { KubeObject } from '../kube/resource-type.ts';

/** Jobs and Pods as they are now. */
export interface ChildCaches {
  readonly jobOf: (jobUid: string) => Job | undefined;
  readonly podsOf: (jobUid: string) => readonly Pod[];
}

/**
 * The keys that a Job or a Pod leads to, but only when its Job came, went, or shows something else of its attempt: of the
 * ten changes that a Job and its Pod go through, a run is interested in two.
 */
export function whenAttemptChanges(
  { jobOf, podsOf }: ChildCaches,
  keysOf: (object: KubeObject) => readonly string[],
): (object: Job | Pod) => readonly string[] {
  const seen = new Map<string, string>();
  return (object) => {
    const jobUid = object.kind === jobs.kind ? object.metadata.uid : controllerOf(object)[0];
    if (jobUid === undefined) return [];
    const job = jobOf(jobUid);
    const shown = job && describe(job, podsOf(jobUid));
    if (seen.get(jobUid) === shown) return [];
    if (shown === undefined) seen.delete(jobUid);
    else seen.set(jobUid, shown);
    return keysOf(object);
  };
}

/** What a run learns from it, in few characters: whole results would be held twice. */
function describe(job: Job, pods: readonly Pod[]): string {
  const shown = observeJob({ job, pods, arePodsCurrent: true }).map(({ outcome, waitingFor }) => [
    ...[outcome?.result, outcome?.reason, outcome?.podUid],
    waitingFor,
  ]);
  return JSON.stringify(shown);
}
