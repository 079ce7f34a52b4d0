import type { WorkItem } from '../api/work-item.ts';
import { workItemKind } from '../api/work-item.ts';
import { councilsToldOf } from '../core/council/told-deliberations.ts';
import { labelNames } from '../core/manifest/labels.ts';
import { byController, controllerOf } from '../kube/job-access.ts';
import { type Job, jobs, projectJob } from '../kube/job.ts';
import type { OperatorShell } from '../kube/operator-shell.ts';
import { type Pod, pods, projectPod } from '../kube/pod.ts';
import { askedModels, awaitedModels } from './model-use.ts';
import { resourceTypeOf } from './resource-types.ts';

/**
 * WorkItems by namespace, by UID, by namespace those that have not begun and those that run, by the
 * Councils that they tell of and the Models that they wait for, and all those together that people may decide on.
 */
export const workItemIndexes = {
  namespace: 'namespace',
  uid: 'uid',
  pending: 'pending',
  running: 'running',
  council: 'council',
  awaitedModel: 'awaitedModel',
  decidable: 'decidable',
} as const;

/** The one key of the index of WorkItems that people may decide on. */
export const decidableNow = 'now';

/** Jobs by UID, and those that run by the Models that they ask. */
export const jobIndexes = { uid: 'uid', askedModel: 'askedModel' } as const;

/** Caches WorkItems of these namespaces, or of all, and the Jobs and Pods that are theirs. */
export function cacheWorkItems(shell: OperatorShell, namespaces: readonly string[] | undefined): void {
  shell.cache(resourceTypeOf<WorkItem>(workItemKind), {
    namespaces,
    indexers: {
      [workItemIndexes.namespace]: ({ metadata }) => [metadata.namespace ?? ''],
      [workItemIndexes.uid]: ({ metadata }) => [metadata.uid ?? ''],
      [workItemIndexes.pending]: (workItem) => (hasBegun(workItem) ? [] : [workItem.metadata.namespace ?? '']),
      [workItemIndexes.running]: (workItem) => (isRunning(workItem) ? [workItem.metadata.namespace ?? ''] : []),
      [workItemIndexes.council]: (workItem) =>
        councilsToldOf(workItem).map((name) => `${workItem.metadata.namespace ?? ''}/${name}`),
      [workItemIndexes.awaitedModel]: awaitedModels,
      [workItemIndexes.decidable]: (workItem) => (isDecidable(workItem) ? [decidableNow] : []),
    },
  });
  const ours = { namespaces, selection: { labelSelector: labelNames.workItemUid } };
  const indexers = { [byController]: controllerOf };
  const byUid = { [jobIndexes.uid]: ({ metadata }: Job) => [metadata.uid ?? ''], [jobIndexes.askedModel]: askedModels };
  shell.cache<Job>(jobs, { ...ours, transform: projectJob, indexers: { ...indexers, ...byUid } });
  shell.cache<Pod>(pods, { ...ours, transform: projectPod, indexers });
}

const hasBegun = ({ status = {} }: WorkItem) => status.startedAt !== undefined || status.finishedAt !== undefined;
const isRunning = ({ status = {} }: WorkItem) => status.startedAt !== undefined && status.finishedAt === undefined;

/** What its gates and its lifecycle ask has the identity of the policies in it. */
function isDecidable({ status = {} }: WorkItem): boolean {
  if (status.lifecycle?.actions !== undefined) return true;
  return status.finishedAt === undefined && (status.gates?.some(({ state }) => state === 'Open') ?? false);
}
