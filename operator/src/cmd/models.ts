import { randomBytes } from 'node:crypto';
import { modelKind, type Model } from '../api/model.ts';
import { tenantKind, type Tenant } from '../api/tenant.ts';
import { workItemKind, type WorkItem } from '../api/work-item.ts';
import { reconcileModel } from '../controllers/model-controller.ts';
import { ModelLooks } from '../controllers/model-looks.ts';
import { ModelServers } from '../controllers/model-servers.ts';
import { modelLabelName } from '../core/model/server-names.ts';
import { isElastic } from '../core/model/plan-replicas.ts';
import type { LookPauses } from '../core/model/plan-next-look.ts';
import type { HttpCallerOptions } from '../executors/http/http-caller.ts';
import { lookAtModel, type ModelLookParts } from '../executors/look-at-model.ts';
import { NotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Job, jobs } from '../kube/job.ts';
import { ObjectAccess } from '../kube/object-access.ts';
import { relatedTo, type RelatedWatch } from '../kube/operator-shell.ts';
import { readConfigMap } from '../kube/read-values.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { secrets } from '../kube/secret.ts';
import { deployments, type ServerObject, services } from '../kube/server-object.ts';
import { keyOf, type StoreReader } from '../kube/store.ts';
import type { ControllerParts } from './controllers.ts';
import { askedModels, awaitedModels, whenNeedsChange } from './model-use.ts';
import { objectsIn } from './namespace-world.ts';
import { observeTurns } from './observers.ts';
import { resourceTypeOf } from './resource-types.ts';
import { restWhenGone, withoutSpec } from './status-writes.ts';
import { workItemIndexes, jobIndexes } from './work-item-caches.ts';
import { whenSpecChanges } from './when-spec-changes.ts';

const modelType = resourceTypeOf<Model>(modelKind);
const tenantType = resourceTypeOf<Tenant>(tenantKind);
const workItemType = resourceTypeOf<WorkItem>(workItemKind);

/** What the controller of Models is joined to. */
export interface ModelParts extends ControllerParts {
  readonly client: KubeClient;
  /** How Models are called. */
  readonly http: HttpCallerOptions;
  /** Looks at a Model in another way, for tests. */
  readonly look?: typeof lookAtModel;
  readonly pauses?: LookPauses;
}

/** Registers the controller of Models. Their cache, and those of WorkItems, Jobs and Tenants, must be there. */
export function registerModels(parts: ModelParts): void {
  const { shell, cluster, telemetry, events, workers, namespaces } = parts;
  const selection = { labelSelector: modelLabelName };
  for (const type of [deployments, services]) shell.cache<ServerObject>(type, { selection, namespaces });
  const models: StoreReader<Model> = shell.register<Model>({
    name: modelKind.plural,
    type: modelType,
    related: [...childWatches, ...useWatches(parts), tenantWatch(parts)],
    reads: [],
    concurrency: workers,
    observer: observeTurns(telemetry, modelKind.plural),
    reconcile: reconcileModel({
      cluster: {
        observe: (key) => models.get(key),
        replaceStatus: async (model, status) => {
          await cluster.updateStatus(modelType, withoutSpec(model, status)).catch(restWhenGone);
        },
        tell: (regarding, notice) => events.record({ regarding, action: 'Look', ...notice }),
      },
      looks: joinLooks(parts),
      servers: joinServers(parts),
      clock: () => new Date(),
    }),
  });
}

function joinLooks({ client, cluster, http, look = lookAtModel, pauses }: ModelParts): ModelLooks {
  const parts: ModelLookParts = {
    http,
    readSecret: async (namespace, name, key) => {
      const secret = await client.get(secrets, { namespace, name }).catch(undefinedWhenGone);
      const { data = {} } = secret ?? {};
      return Object.hasOwn(data, key) ? Buffer.from(data[key] ?? '', 'base64').toString('utf8') : undefined;
    },
    readConfigMap: (namespace, name, key) => readConfigMap(client, { namespace, name }, key),
  };
  return new ModelLooks({
    look: (question, signal) => {
      // The Tenant's list is for what users name; our own servers have the names that we give them.
      const allowed = cluster.cached(tenantType).get(`${question.namespace}/default`)?.spec.allowed?.hosts;
      return look({ ...question, ...(question.isOurs ? {} : { allowedHosts: allowed }) }, parts, signal);
    },
    ...{ clock: () => new Date(), random: Math.random, pauses },
  });
}

function joinServers({ client, cluster }: ModelParts): ModelServers {
  const workItems = cluster.cached(workItemType);
  const cached = { Deployment: cluster.cached(deployments), Service: cluster.cached(services) };
  return new ModelServers({
    cluster: new ObjectAccess(client),
    cached: (kind, namespace, name) => cached[kind].get(`${namespace}/${name}`),
    usersOf: (namespace, name) => {
      const key = `${namespace}/${name}`;
      const waiting = workItems.byIndex(workItemIndexes.awaitedModel, key);
      const steps = waiting.flatMap(awaitedModels).filter((each) => each === key);
      return steps.length + cluster.cached(jobs).byIndex(jobIndexes.askedModel, key).length;
    },
    queueName: (namespace) => cluster.cached(tenantType).get(`${namespace}/default`)?.spec.queue.kueueQueueName,
    drawKey: () => randomBytes(32).toString('base64url'),
    clock: () => new Date(),
  });
}

/** What serves a Model concerns the one that owns it. */
const childWatches: readonly RelatedWatch[] = [deployments, services].map((type) =>
  relatedTo(type, ({ metadata: { namespace = '', ownerReferences = [] } }) =>
    ownerReferences
      .filter(({ kind, controller }) => controller === true && kind === modelKind.kind)
      .map(({ name }) => `${namespace}/${name}`),
  ),
);

/** Whoever comes to need a Model, or needs it no more, may change how many pods it has. */
function useWatches({ cluster }: ModelParts): RelatedWatch[] {
  const isScaled = (key: string) => {
    const dedicated = cluster.cached(modelType).get(key)?.spec.dedicated;
    return dedicated !== undefined && isElastic(dedicated);
  };
  const waiting = whenNeedsChange<WorkItem>(cluster.cached(workItemType), awaitedModels);
  const asking = whenNeedsChange<Job>(cluster.cached(jobs), askedModels);
  return [
    relatedTo<WorkItem>(workItemType, (workItem) => waiting(workItem).filter(isScaled)),
    relatedTo<Job>(jobs, (job) => asking(job).filter(isScaled)),
  ];
}

/** A Tenant says which queue servers are put into, and which hosts may be called. */
function tenantWatch({ cluster }: ModelParts): RelatedWatch {
  const modelsOf = ({ metadata }: KubeObject) => objectsIn(cluster, modelType, metadata.namespace ?? '').map(keyOf);
  return relatedTo<Tenant>(tenantType, whenSpecChanges(cluster.cached(tenantType), modelsOf));
}

function undefinedWhenGone(error: unknown): undefined {
  if (error instanceof NotFound) return undefined;
  throw error;
}
