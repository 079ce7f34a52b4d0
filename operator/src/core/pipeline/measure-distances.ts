import type { StepNode } from './step-node.ts';

/**
 * The steps that a step depends on, directly or through others, and how many steps lie between: 1 for the nearest. What it is a
 * part of and what activated it lead on, and of a group or a loop that it depends on its parts are as near.
 */
export function measureDistances(node: StepNode): ReadonlyMap<StepNode, number> {
  const distances = new Map<StepNode, number>([[node, 0]]);
  // A map goes on with what is added while it is gone through: breadth first.
  for (const [each, distance] of distances)
    for (const next of leadsTo(each)) if (!distances.has(next)) distances.set(next, distance + 1);
  distances.delete(node);
  return distances;
}

function leadsTo({ dependencies, parent, activators }: StepNode): StepNode[] {
  const before = dependencies.flatMap(({ on }) => [on, ...on.children]);
  return [...before, ...(parent === undefined ? [] : [parent]), ...activators.map(({ by }) => by)];
}
