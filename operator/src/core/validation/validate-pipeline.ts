import type { JsonObject } from '../../api/json.ts';
import type { Pipeline, PipelineSpec } from '../../api/pipeline.ts';
import { estimatePipeline, type PipelineEstimate } from '../estimate/estimate-pipeline.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { atLevel } from './at-level.ts';
import { findDataFlowIssues } from './data-flow/find-data-flow-issues.ts';
import { SchemaWork } from './data-flow/schema-work.ts';
import { findReferenceIssues } from './references/find-reference-issues.ts';
import { checkBudget } from './resources/check-budget.ts';
import { checkNodes } from './resources/check-nodes.ts';
import type { WorldIndex } from './world.ts';

/** Issues of one object that are looked for; whoever has more mends these first. */
const MOST_ISSUES = 1000;

/** What validation says of an object beside its schema. */
export interface Examination {
  readonly issues: readonly Issue[];
  /** What a run takes, where the object holds a pipeline. */
  readonly estimate?: PipelineEstimate;
}

/** Levels 2 to 4 of validation of a Pipeline that fits its schema: what it names, its data flow, what it takes. */
export function validatePipeline({ spec }: Pipeline, world: WorldIndex): Examination {
  return validatePipelineSpec(spec, { world, base: ['spec'] });
}

/** Where a spec stands, and what is known beside it. */
export interface SpecContext {
  readonly world: WorldIndex;
  readonly base: IssuePath;
  /** The inputs of a run, where they are known. */
  readonly inputs?: JsonObject | undefined;
}

/** The same of a spec that stands somewhere in an object. */
export function validatePipelineSpec(spec: PipelineSpec, { world, base, inputs }: SpecContext): Examination {
  const graph = pipelineGraph(spec);
  const { modelOverrides } = world.world.tenant?.spec ?? {};
  const estimate = estimatePipeline({ ...world.world, spec, inputs, modelOverrides });
  const issues = [
    ...atLevel(2, findReferenceIssues(graph, world), base),
    ...atLevel(3, findDataFlowIssues({ spec, graph, world, work: new SchemaWork() }, MOST_ISSUES), base),
    ...atLevel(4, [...checkNodes(graph, world), ...checkBudget(estimate, world.world.tenant)], base),
  ];
  return { issues, estimate };
}
