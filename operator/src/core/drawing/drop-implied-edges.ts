import type { LiftedEdge } from './lift-edges.ts';
import { orderLayers } from './order-layers.ts';

/** The arrows without those that only wait for what others wait for already, over some steps between. */
export function dropImpliedEdges(ids: readonly string[], edges: readonly LiftedEdge[]): LiftedEdge[] {
  const { sorted, positionOf } = orderLayers(ids, edges);
  const forward = Map.groupBy(
    edges.filter(({ from, to }) => positionOf(to) > positionOf(from)),
    ({ from }) => from,
  );
  const reached = new Map<string, Set<string>>();
  const implied = new Set<LiftedEdge>();
  for (const from of sorted.toReversed()) {
    const far = new Set<string>();
    // What is near comes first, so that what it leads to is known when the rest is looked at.
    const near = (forward.get(from) ?? []).toSorted((one, other) => positionOf(one.to) - positionOf(other.to));
    for (const edge of near) {
      if (far.has(edge.to)) {
        if (edge.kind === 'needs') implied.add(edge);
        continue;
      }
      for (const id of reached.get(edge.to) ?? []) far.add(id);
      far.add(edge.to);
    }
    reached.set(from, far);
  }
  return edges.filter((edge) => !implied.has(edge));
}
