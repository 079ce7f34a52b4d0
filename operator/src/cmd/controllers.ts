import type { KindDefinition } from '../api/kind.ts';
import { kinds } from '../api/kinds.ts';
import { pipelineKind, type Pipeline } from '../api/pipeline.ts';
import { workItemKind } from '../api/work-item.ts';
import { reconcilePipeline } from '../controllers/pipeline-controller.ts';
import { judge } from '../core/validation/judge.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { EventRecorder } from '../kube/event-recorder.ts';
import { type OperatorShell, relatedTo, type RelatedWatch } from '../kube/operator-shell.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { keyOf, type StoreReader } from '../kube/store.ts';
import { indexedByNamespace, objectsIn, worldKinds, worldOf } from './namespace-world.ts';
import { observeTurns, type Telemetry } from './observers.ts';
import { resourceTypeOf } from './resource-types.ts';
import { cacheWorkItems } from './work-item-caches.ts';
import { restWhenGone, withoutSpec } from './status-writes.ts';
import { whenSpecChanges } from './when-spec-changes.ts';

/** What the controllers are joined to. */
export interface ControllerParts {
  readonly shell: OperatorShell;
  readonly cluster: Cluster;
  readonly events: EventRecorder;
  readonly telemetry: Telemetry;
  /** The namespaces that are watched; all when undefined. */
  readonly namespaces: readonly string[] | undefined;
  readonly workers: number;
}

/** Registers the controller of Pipelines, and a cache of every kind. */
export function registerPipelineController(parts: ControllerParts): void {
  const others = kinds.filter(({ kind }) => kind !== workItemKind.kind);
  const { shell, namespaces } = parts;
  for (const kind of others) shell.cache(resourceTypeOf(kind), indexedByNamespace({ namespaces }));
  cacheWorkItems(shell, namespaces);
  registerPipelines(parts);
}

function registerPipelines(parts: ControllerParts): void {
  const { shell, cluster, telemetry, workers } = parts;
  const type = resourceTypeOf<Pipeline>(pipelineKind);
  const pipelines: StoreReader<Pipeline> = shell.register<Pipeline>({
    name: pipelineKind.plural,
    type,
    related: worldKinds.map((kind) => pipelinesBeside(kind, cluster)),
    reads: [],
    concurrency: workers,
    observer: observeTurns(telemetry, pipelineKind.plural),
    reconcile: reconcilePipeline({
      cluster: {
        observe: (key) => pipelines.get(key),
        replaceStatus: async (pipeline, status) => {
          await cluster.updateStatus(type, withoutSpec(pipeline, status)).catch(restWhenGone);
        },
        tell: (regarding, notice) => parts.events.record({ regarding, action: 'Validate', ...notice }),
      },
      judge: (pipeline) =>
        judge([{ documents: [{ value: pipeline }] }], worldOf(cluster, pipeline.metadata.namespace ?? '')),
      clock: () => new Date(),
    }),
  });
}

/** Whatever comes, goes or changes may make each Pipeline of its namespace valid or invalid. */
function pipelinesBeside(kind: KindDefinition, cluster: Cluster): RelatedWatch {
  const type = resourceTypeOf<KubeObject>(kind);
  const pipelinesOf = ({ metadata }: KubeObject) =>
    objectsIn(cluster, resourceTypeOf<Pipeline>(pipelineKind), metadata.namespace ?? '').map(keyOf);
  return relatedTo(type, whenSpecChanges(cluster.cached(type), pipelinesOf));
}
