import type { StepNode } from './step-node.ts';

/**
 * Steps in an order in which each comes after those it depends on, as far as they are among them; otherwise as they were.
 * What waits in a circle stays somewhere in the circle. Looking at steps in this order, one look is enough to see what
 * the end of one means for all others.
 */
export function orderSteps(steps: readonly StepNode[]): readonly StepNode[] {
  const members = new Set(steps);
  const ordered = new Set<StepNode>();
  const entered = new Set<StepNode>();
  for (const step of steps) {
    // A list of its own instead of recursion: a chain may be as long as a pipeline has steps.
    const path = [step];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      entered.add(node);
      const next = predecessors(node).find((each) => members.has(each) && !entered.has(each));
      if (next !== undefined) path.push(next);
      else {
        path.pop();
        ordered.add(node);
      }
    }
  }
  return [...ordered];
}

/** The steps that a step waits for, or that activate it. */
function predecessors({ dependencies, activators, placement, parent }: StepNode): readonly StepNode[] {
  const owner = placement === 'route' && parent !== undefined ? [parent] : [];
  return [...owner, ...dependencies.map(({ on }) => on), ...activators.map(({ by }) => by)];
}
