import { councilKind, type Council } from '../api/council.ts';
import type { KindDefinition } from '../api/kind.ts';
import { workItemKind, type WorkItem } from '../api/work-item.ts';
import { reconcileCouncil } from '../controllers/council-controller.ts';
import { councilsToldOf, uncountedDeliberations } from '../core/council/told-deliberations.ts';
import { judge } from '../core/validation/judge.ts';
import { relatedTo, type RelatedWatch } from '../kube/operator-shell.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { keyOf, type StoreReader } from '../kube/store.ts';
import type { Engine } from './engine.ts';
import { objectsIn, worldKinds, worldOf } from './namespace-world.ts';
import { observeTurns } from './observers.ts';
import { resourceTypeOf } from './resource-types.ts';
import { restWhenGone, withoutSpec } from './status-writes.ts';
import { whenSpecChanges } from './when-spec-changes.ts';
import { workItemIndexes } from './work-item-caches.ts';

const type = resourceTypeOf<Council>(councilKind);
const workItemType = resourceTypeOf<WorkItem>(workItemKind);

/** Joins the controller of Councils to the cluster. The caches must be there. */
export function registerCouncils(engine: Engine): void {
  const { shell, cluster, artifacts, telemetry, workers } = engine;
  const workItems = cluster.cached(workItemType);
  const councils: StoreReader<Council> = shell.register<Council>({
    name: councilKind.plural,
    type,
    related: [
      ...worldKinds.filter(({ kind }) => kind !== councilKind.kind).map((kind) => councilsBeside(kind, engine)),
      relatedTo(workItemType, (workItem) => councilsToCount(workItem, councils)),
    ],
    reads: [],
    concurrency: workers,
    observer: observeTurns(telemetry, councilKind.plural),
    reconcile: reconcileCouncil({
      cluster: {
        observe: (key) => councils.get(key),
        workItemsOf: (key) => workItems.byIndex(workItemIndexes.council, key),
        replaceStatus: async (council, status) => {
          await cluster.updateStatus(type, withoutSpec(council, status)).catch(restWhenGone);
        },
      },
      judge: (council) =>
        judge([{ documents: [{ value: council }] }], worldOf(cluster, council.metadata.namespace ?? '')),
      read: (workItem, digest) => artifacts.read(workItem, digest),
      lost: ({ metadata: { namespace, name } }, { workItemUid, step }) =>
        telemetry.logger.warn(
          { council: `${namespace ?? ''}/${name}`, workflow_id: workItemUid, step },
          'a deliberation cannot be counted: its result is not in the artifact store',
        ),
      clock: () => new Date(),
    }),
  });
}

/** Whatever comes, goes or changes may make each Council of its namespace ready or not. */
function councilsBeside(kind: KindDefinition, { cluster }: Engine): RelatedWatch {
  const other = resourceTypeOf<KubeObject>(kind);
  const councilsOf = ({ metadata }: KubeObject) => objectsIn(cluster, type, metadata.namespace ?? '').map(keyOf);
  return relatedTo(other, whenSpecChanges(cluster.cached(other), councilsOf));
}

/** The Councils that a WorkItem tells something new of: it changes many times for each deliberation. */
function councilsToCount(workItem: WorkItem, councils: StoreReader<Council>): string[] {
  const { namespace = '' } = workItem.metadata;
  return councilsToldOf(workItem).flatMap((name) => {
    const council = councils.get(`${namespace}/${name}`);
    const isNew = council && uncountedDeliberations(name, council.status ?? {}, [workItem]).length > 0;
    return isNew === true ? [`${namespace}/${name}`] : [];
  });
}
