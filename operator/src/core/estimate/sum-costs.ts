import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { Decimal } from './decimals.ts';
import type { StepEstimate } from './step-estimate.ts';
import { addTotals, largerTotals, multiplyTotals, noTotals, type Totals, totalsOf } from './totals.ts';

/** What steps use: for certain, and at most. */
export interface CostRange {
  /** What Methods ask when every step succeeds at once and nothing more runs than has to. */
  readonly least: Decimal;
  readonly most: Totals;
}

const nothing: CostRange = { least: new Decimal(0), most: noTotals };

/** What a whole run uses. Each step is looked at once, after its parts. */
export function sumCosts(estimates: ReadonlyMap<StepNode, StepEstimate>, graph: PipelineGraph): CostRange {
  const costs = new Map<StepNode, CostRange>();
  for (const estimate of [...estimates.values()].reverse()) costs.set(estimate.node, costOf(estimate, costs));
  return sumOf([...graph.roots, ...graph.exitSteps], costs);
}

function costOf(estimate: StepEstimate, costs: ReadonlyMap<StepNode, CostRange>): CostRange {
  const { node, worstCase, attempts, isCertain } = estimate;
  const own = multiplyTotals(totalsOf(worstCase.usage), attempts);
  const parts = partsOf(estimate, costs);
  const routed = sumOf(node.routed, costs);
  return {
    least: isCertain ? parts.least.plus(worstCase.callCost) : nothing.least,
    most: addTotals(addTotals(own, parts.most), routed.most),
  };
}

function partsOf({ node, iterations }: StepEstimate, costs: ReadonlyMap<StepNode, CostRange>): CostRange {
  if (node.step.type === 'conditional') return eitherBranch(node, costs);
  const each = sumOf(node.children, costs);
  return { least: each.least.times(iterations.least), most: multiplyTotals(each.most, iterations.most) };
}

/** The dearer branch at most, the cheaper one at least; one that is left out costs nothing. */
function eitherBranch({ children }: StepNode, costs: ReadonlyMap<StepNode, CostRange>): CostRange {
  const [one, other] = (['ifTrue', 'ifFalse'] as const).map((branch) =>
    sumOf(
      children.filter(({ placement }) => placement === branch),
      costs,
    ),
  ) as [CostRange, CostRange];
  return { least: one.least.lt(other.least) ? one.least : other.least, most: largerTotals(one.most, other.most) };
}

function sumOf(nodes: readonly StepNode[], costs: ReadonlyMap<StepNode, CostRange>): CostRange {
  return nodes.reduce<CostRange>((sum, node) => {
    const cost = costs.get(node) ?? nothing;
    return { least: sum.least.plus(cost.least), most: addTotals(sum.most, cost.most) };
  }, nothing);
}
