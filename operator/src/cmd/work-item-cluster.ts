import type { TenantSpec } from '../api/tenant.ts';
import { workItemKind, type WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import type { NamespaceFacts, WorkItemCluster } from '../controllers/work-item-ports.ts';
import { defined } from '../core/defined.ts';
import { describeSteps } from '../core/work-item/describe-steps.ts';
import { Waiting } from '../core/reconcile-error.ts';
import { NotFound } from '../kube/api-error.ts';
import type { Engine } from './engine.ts';
import { resourceTypeOf } from './resource-types.ts';

const workItemType = resourceTypeOf<WorkItem>(workItemKind);

/** What the controller of WorkItems reads and writes, by the cluster's caches and client. */
export function joinWorkItems(engine: Engine, tenantOf: (namespace: string) => TenantSpec) {
  const { cluster, events, feed } = engine;
  const store = cluster.cached(workItemType);
  const port: WorkItemCluster = {
    observe: (key) => store.get(key),
    replaceStatus: async (workItem, status) => {
      await cluster.updateStatus(workItemType, withoutSpec(workItem, status)).catch(restWhenGone);
    },
    removeAnnotations: async ({ metadata: { name, namespace = '', uid, resourceVersion } }, keys) => {
      const annotations = Object.fromEntries(keys.map((key) => [key, null]));
      const merge = { metadata: { uid, resourceVersion, annotations } };
      await cluster.patch(workItemType, { namespace, name }, { merge }).catch(restWhenGone);
    },
    remove: async ({ metadata: { name, namespace = '', uid = '' } }) => {
      await cluster.delete(workItemType, { namespace, name }, { uid }).catch(restWhenGone);
    },
    tell: (workItem, notice) => events.record({ regarding: workItem, ...notice }),
  };
  const facts: NamespaceFacts = {
    assets: (namespace) => feed.assets(namespace),
    budget: ({ metadata }) => {
      const ceilings = tenantOf(metadata.namespace ?? '').budget?.perWorkItem;
      return ceilings && defined(ceilings);
    },
    safety: (namespace) => tenantOf(namespace).safety,
    find: (namespace, name) => store.get(`${namespace}/${name}`),
    retention: ({ metadata, spec }) => {
      const { finishedJobsSeconds, ttlSecondsAfterFinished } = tenantOf(metadata.namespace ?? '').retention;
      return { finishedJobsSeconds, workItemSeconds: spec.ttlSecondsAfterFinished ?? ttlSecondsAfterFinished };
    },
  };
  return { cluster: port, facts, recorded: recordedTo(engine) };
}

/** Logs and counts what became of steps and runs. */
function recordedTo({ telemetry }: Engine) {
  const { logger, metrics } = telemetry;
  return (workItem: WorkItem, status: WorkItemStatus): void => {
    const { name, namespace = '', uid = '' } = workItem.metadata;
    for (const { event, phase, ...fields } of describeSteps(workItem.status, status)) {
      if (event !== 'step.started') metrics.stepsEnded.inc({ phase });
      logger.info({ event, workflow_id: uid, work_item: `${namespace}/${name}`, status: phase, ...fields }, event);
    }
    if (status.finishedAt === undefined || workItem.status?.finishedAt !== undefined) return;
    const { phase = 'Failed', reason = '' } = status;
    metrics.workItemsEnded.inc({ phase });
    const event = 'pipeline.completed';
    logger.info({ event, workflow_id: uid, work_item: `${namespace}/${name}`, status: phase, reason }, event);
  };
}

/** Deleted since it was observed: no failure, and the cache will know in a moment. */
function restWhenGone(error: unknown): never {
  if (error instanceof NotFound) throw new Waiting('it was deleted meanwhile', 1_000);
  throw error;
}

/** The server takes nothing but the status from such a write: a large spec need not travel. */
function withoutSpec({ apiVersion, kind, metadata }: WorkItem, status: WorkItemStatus): WorkItem {
  const { name, namespace, resourceVersion, uid } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion, uid }, status } as unknown as WorkItem;
}
