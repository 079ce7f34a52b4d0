import type { Pipeline, PipelineSpec } from '../../api/pipeline.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { atLevel } from './at-level.ts';
import { findDataFlowIssues } from './data-flow/find-data-flow-issues.ts';
import { findReferenceIssues } from './references/find-reference-issues.ts';
import { checkNodes } from './resources/check-nodes.ts';
import type { WorldIndex } from './world.ts';

/** Issues of one object that are looked for; whoever has more mends these first. */
const MOST_ISSUES = 1000;

/** Levels 2 to 4 of validation of a Pipeline that fits its schema: what it names, its data flow, what it takes. */
export function validatePipeline({ spec }: Pipeline, world: WorldIndex): Issue[] {
  return validatePipelineSpec(spec, world, ['spec']);
}

/** The same of a spec that stands somewhere in an object. */
export function validatePipelineSpec(spec: PipelineSpec, world: WorldIndex, base: IssuePath): Issue[] {
  const graph = pipelineGraph(spec);
  return [
    ...atLevel(2, findReferenceIssues(graph, world), base),
    ...atLevel(3, findDataFlowIssues({ spec, graph, world }, MOST_ISSUES), base),
    ...atLevel(4, checkNodes(graph, world), base),
  ];
}
