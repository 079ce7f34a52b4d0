import type { Estimate } from '../../api/estimate.ts';
import type { JsonObject } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { Usage } from '../../api/usage.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { describeAssumptions } from './assumptions.ts';
import { Decimal, formatDecimal } from './decimals.ts';
import type { EstimateWorld } from './estimate-world.ts';
import { longestDuration } from './longest-duration.ts';
import { estimateStep, type StepEstimate } from './step-estimate.ts';
import { sumCosts } from './sum-costs.ts';
import { usageOf } from './totals.ts';

/** What is estimated, and what is known of it. */
export interface EstimatedPipeline extends EstimateWorld {
  readonly spec: PipelineSpec;
  /** The inputs of a run, where they are known: they tell how often loops go round. */
  readonly inputs?: JsonObject | undefined;
}

/** What a run is estimated to take. */
export interface PipelineEstimate {
  /** A range in words and numbers, to be shown. */
  readonly estimate: Estimate;
  /** Upper bound of the cost, in the Tenant's currency unit, as a decimal number. */
  readonly costUnits: string;
  /** Upper bound of the duration, in seconds. */
  readonly durationSeconds: number;
  /** Upper bound of tokens, GPU-seconds and cost of what is known. */
  readonly usage: Usage;
  /** Each step by itself, in the order of the document. */
  readonly steps: readonly StepEstimate[];
  /** Things that steps name and that are not known, in words: they are not counted. */
  readonly unknown: readonly string[];
}

/**
 * Estimates a run from what steps, Methods, roles, Models and Councils say: the worst case as an upper bound, and what
 * it costs at least. Where something is not known, the author's own estimate holds, if there is one.
 */
export function estimatePipeline({ inputs, ...world }: EstimatedPipeline): PipelineEstimate {
  const { spec } = world;
  const graph = pipelineGraph(spec);
  const context = { world, graph, inputs };
  const estimates = new Map<StepNode, StepEstimate>();
  for (const node of graph.nodes) estimates.set(node, estimateStep(node, context));
  const steps = [...estimates.values()];
  const { least, most } = sumCosts(estimates, graph);
  const unknown = [...new Set(steps.flatMap(({ worstCase }) => worstCase.unknown))];
  const known = { costUnits: most.costUnits, durationSeconds: longestDuration(estimates, graph, spec.execution) };
  const { costUnits, durationSeconds } = unknown.length > 0 ? asTheAuthorSays(spec, known) : known;
  const high = { costUnits: formatDecimal(costUnits), durationSeconds };
  const low = { costUnits: formatDecimal(least) };
  const assumptions = describeAssumptions(spec, steps, unknown);
  return { estimate: { low, high, assumptions }, ...high, usage: usageOf(most), steps, unknown };
}

interface Bounds {
  readonly costUnits: Decimal;
  readonly durationSeconds: number;
}

/** An author's estimate never hides that what is known costs more already. */
function asTheAuthorSays({ execution }: PipelineSpec, known: Bounds): Bounds {
  const stated = new Decimal(execution.estimatedCostUnits ?? 0);
  return {
    costUnits: stated.gt(known.costUnits) ? stated : known.costUnits,
    durationSeconds: execution.estimatedDurationSeconds ?? known.durationSeconds,
  };
}
