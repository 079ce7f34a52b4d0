import { agentRoleKind, type AgentRole } from '../api/agent-role.ts';
import { councilKind, type Council } from '../api/council.ts';
import { methodKind, type Method } from '../api/method.ts';
import { modelKind, type Model } from '../api/model.ts';
import { tenantKind, type Tenant } from '../api/tenant.ts';
import type { World } from '../core/validation/world.ts';
import type { CacheSettings, Cluster } from '../kube/cluster.ts';
import type { KubeObject, ResourceType } from '../kube/resource-type.ts';
import { resourceTypeOf } from './resource-types.ts';

/** What a verdict on a Pipeline depends on beside it. */
export const worldKinds = [methodKind, agentRoleKind, modelKind, councilKind, tenantKind];

/** The name of the index that finds objects by their namespace. */
const byNamespace = 'namespace';

/** Settings of a cache that finds objects by their namespace. */
export function indexedByNamespace<T extends KubeObject>(settings: CacheSettings<T>): CacheSettings<T> {
  return {
    ...settings,
    indexers: { ...settings.indexers, [byNamespace]: ({ metadata }) => [metadata.namespace ?? ''] },
  };
}

/** The cached objects of a kind in a namespace. */
export function objectsIn<T extends KubeObject>(
  cluster: Cluster,
  type: ResourceType<T>,
  namespace: string,
): readonly T[] {
  return cluster.cached(type).byIndex(byNamespace, namespace);
}

/**
 * What the caches hold of a namespace. What has been spent so far is left out: it changes with every step, and is looked
 * at before a run starts.
 */
export function worldOf(cluster: Cluster, namespace: string): World {
  const tenants = objectsIn(cluster, resourceTypeOf<Tenant>(tenantKind), namespace);
  const tenant = tenants.find(({ metadata }) => metadata.name === 'default');
  return {
    complete: true,
    methods: objectsIn(cluster, resourceTypeOf<Method>(methodKind), namespace),
    roles: objectsIn(cluster, resourceTypeOf<AgentRole>(agentRoleKind), namespace),
    models: objectsIn(cluster, resourceTypeOf<Model>(modelKind), namespace),
    councils: objectsIn(cluster, resourceTypeOf<Council>(councilKind), namespace),
    pipelines: [],
    ...(tenant !== undefined && { tenant: withoutStatus(tenant) }),
  };
}

function withoutStatus({ apiVersion, kind, metadata, spec }: Tenant): Tenant {
  return { apiVersion, kind, metadata, spec };
}
