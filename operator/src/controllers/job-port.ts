import type { RunnerTask } from '../api/runner-task.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { JobAndPods, JobView, PodView } from '../core/execution/child-views.ts';
import type { JobManifest } from '../core/manifest/render-job.ts';

/** A Job as the API server has it now, with what says whose it is. */
export interface LiveJob extends JobView {
  readonly metadata: JobView['metadata'] & {
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
  };
}

/** How the creation of a Job went. */
export type JobCreation =
  | { readonly kind: 'created' }
  /** Something stands under its name. */
  | { readonly kind: 'exists'; readonly found: LiveJob | undefined }
  /** A quota or an admission policy says no: it may say yes later. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The API server cannot take it, now or ever. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Jobs and their Pods, as attempts need them. */
export interface JobPort {
  /** From the cache. */
  jobsOf(workItemUid: string): readonly JobView[];
  podsOf(job: JobView): Pick<JobAndPods, 'pods' | 'arePodsCurrent'>;
  /** Sees to it that programs reach nothing but the server; resolves with why not when that may not be done. */
  isolatePrograms(namespace: string): Promise<string | undefined>;
  create(manifest: JobManifest): Promise<JobCreation>;
  /** Deletes a Job and its Pods, if it is still the one of this UID. */
  remove(namespace: string, job: JobView): Promise<void>;
  /** Deletes a Pod, if it is still the one of this UID. */
  removePod(namespace: string, pod: PodView): Promise<void>;
  /** Deletes all Jobs of a WorkItem and their Pods. */
  removeAll(namespace: string, workItemUid: string): Promise<void>;
}

/** Reads what steps refer to, programs in ConfigMaps and artifacts, and keeps tasks that are too large for a Pod. */
export interface ProgramSource {
  /** Undefined when there is no such ConfigMap or key. */
  configMap(namespace: string, name: string, key: string): Promise<string | undefined>;
  /** The digest that a task is stored under for its WorkItem. */
  storeTask(workItem: WorkItem, task: RunnerTask): Promise<string>;
  /** Undefined when there is no such artifact. */
  artifact(workItem: { readonly namespace: string; readonly uid: string }, digest: string): Promise<string | undefined>;
}
