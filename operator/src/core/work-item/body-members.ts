import { orderSteps } from '../pipeline/order-steps.ts';
import type { StepNode } from '../pipeline/step-node.ts';

const known = new WeakMap<readonly StepNode[], readonly StepNode[]>();

/** Steps and those that their routes bring, which are members of the same body, in the order in which they are looked at. */
export function bodyMembers(nodes: readonly StepNode[]): readonly StepNode[] {
  const members = known.get(nodes) ?? orderSteps(withRouted(nodes));
  known.set(nodes, members);
  return members;
}

const withRouted = (nodes: readonly StepNode[]): readonly StepNode[] =>
  nodes.flatMap((node): readonly StepNode[] => [node, ...withRouted(node.routed)]);
