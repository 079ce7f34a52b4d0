import type { PipelineSpec } from '../../../api/pipeline.ts';
import type { Issue } from '../../issue.ts';
import type { PipelineGraph } from '../../pipeline/step-node.ts';
import type { WorldIndex } from '../world.ts';
import type { SchemaWork } from './schema-work.ts';

/** What level 3 of validation looks at. Paths of what it finds begin at the spec. */
export interface DataFlow {
  readonly spec: PipelineSpec;
  readonly graph: PipelineGraph;
  readonly world: WorldIndex;
  /** Answers questions to schemas, as long as that does not take too long. */
  readonly work: SchemaWork;
}

/** One thing that level 3 looks for. */
export type DataFlowCheck = (flow: DataFlow) => Issue[];
