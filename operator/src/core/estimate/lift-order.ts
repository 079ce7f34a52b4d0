import type { StepNode } from '../pipeline/step-node.ts';

/** One step ends before another begins. Both stand in the same iteration, or in none. */
export interface StepOrder {
  readonly first: StepNode;
  readonly then: StepNode;
}

/**
 * The order of two steps as seen where both are: a step inside a loop stands for its loop to those outside of it, so
 * that what one iteration waits for, the loop waits for. Undefined when one is a part of the other.
 */
export function liftOrder({ first, then }: StepOrder): StepOrder | undefined {
  let one = first;
  let other = then;
  while (one.loop !== other.loop) {
    if (loopDepth(one) > loopDepth(other)) one = one.loop ?? one;
    else other = other.loop ?? other;
  }
  return isPartOf(one, other) || isPartOf(other, one) ? undefined : { first: one, then: other };
}

function loopDepth(node: StepNode): number {
  let depth = 0;
  for (let { loop } = node; loop !== undefined; loop = loop.loop) depth++;
  return depth;
}

/** Whether a step is another or stands inside it. What its routes bring comes after it, not inside. */
function isPartOf(node: StepNode, whole: StepNode): boolean {
  for (let at: StepNode | undefined = node; at !== undefined; at = at.placement === 'route' ? undefined : at.parent)
    if (at === whole) return true;
  return false;
}
