import type { StepNode } from '../pipeline/step-node.ts';
import type { StepEstimate } from './step-estimate.ts';
import { addCounts, multiplyCounts } from './usage-sum.ts';

/** How much there is to do, whatever runs side by side. */
export interface Work {
  readonly seconds: number;
  /** Steps that can run at the same time at most. */
  readonly width: number;
}

/** The work of each step with all that is inside it and that its routes bring. Each is looked at once, after its parts. */
export function measureWork(estimates: ReadonlyMap<StepNode, StepEstimate>): ReadonlyMap<StepNode, Work> {
  const works = new Map<StepNode, Work>();
  for (const estimate of [...estimates.values()].reverse()) {
    const { node } = estimate;
    const parts = sumWork(node.children, works);
    const inside = node.step.type === 'loop' ? repeated(parts, estimate) : parts;
    const own = { seconds: estimate.seconds, width: node.children.length > 0 ? 0 : 1 };
    works.set(node, addWork(addWork(own, inside), sumWork(node.routed, works)));
  }
  return works;
}

/** The work of several steps. */
export function sumWork(nodes: readonly StepNode[], works: ReadonlyMap<StepNode, Work>): Work {
  return nodes.reduce<Work>((sum, node) => addWork(sum, works.get(node) ?? noWork), noWork);
}

/** Iterations of a loop that run at the same time. */
export function parallelIterations({ node: { step }, iterations }: StepEstimate): number {
  return Math.min((step.type === 'loop' ? step.maxParallel : undefined) ?? 1, iterations.most);
}

const noWork: Work = { seconds: 0, width: 0 };

const addWork = (one: Work, other: Work): Work => ({
  seconds: addCounts(one.seconds, other.seconds),
  width: addCounts(one.width, other.width),
});

function repeated({ seconds, width }: Work, estimate: StepEstimate): Work {
  return {
    seconds: multiplyCounts(seconds, estimate.iterations.most),
    width: multiplyCounts(width, parallelIterations(estimate)),
  };
}
