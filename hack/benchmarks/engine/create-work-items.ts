import { apiVersion } from '../../../operator/src/api/kind.ts';
import { pipelineKind } from '../../../operator/src/api/pipeline.ts';
import { type WorkItem, workItemKind } from '../../../operator/src/api/work-item.ts';
import { resourceTypeOf } from '../../../operator/src/cmd/resource-types.ts';
import type { KubeClient } from '../../../operator/src/kube/client.ts';
import type { SamplePipeline } from './sample-pipelines.ts';

/** WorkItems, as the API server knows them. */
export const workItems = resourceTypeOf<WorkItem>(workItemKind);

const pipelineName = 'measured';
/** Requests at the same time. */
const atOnce = 32;

/** Creates the Pipeline that is measured. */
export async function createPipeline(client: KubeClient, namespace: string, spec: SamplePipeline): Promise<void> {
  const metadata = { name: pipelineName, namespace };
  await client.create(resourceTypeOf(pipelineKind), { apiVersion, kind: 'Pipeline', metadata, spec } as never);
}

/** Creates WorkItems of the measured Pipeline, named `<prefix>-<number>`; suspended ones only own what others make. */
export async function createWorkItems(
  client: KubeClient,
  namespace: string,
  { prefix, count, suspend = false }: { readonly prefix: string; readonly count: number; readonly suspend?: boolean },
): Promise<WorkItem[]> {
  const created: WorkItem[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      created[index] = await client.create(workItems, {
        ...{ apiVersion, kind: 'WorkItem', metadata: { name: `${prefix}-${index}`, namespace } },
        spec: { pipelineRef: { name: pipelineName }, ...(suspend ? { suspend } : {}) },
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return created;
}
