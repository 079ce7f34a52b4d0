import type { JsonObject } from '../../api/json.ts';
import { pipelineSpec, type PipelineSpec } from '../../api/pipeline.ts';
import type { WorkItem } from '../../api/work-item.ts';

/** The pipeline of a WorkItem that asks a Council: one step. @throws ZodError when it asks none */
export function councilPipeline({ spec: { councilRef, topic = '' } }: WorkItem): PipelineSpec {
  const step: JsonObject = { name: 'deliberate', type: 'council', council: councilRef?.name ?? '', topic };
  return pipelineSpec.parse({ steps: [step] });
}
