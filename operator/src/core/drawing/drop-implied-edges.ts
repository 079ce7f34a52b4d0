import type { LiftedEdge } from './lift-edges.ts';
import { orderLayers } from './order-layers.ts';

/** The arrows without those that only wait for what others wait for already, over some steps between. */
export function dropImpliedEdges(ids: readonly string[], edges: readonly LiftedEdge[]): LiftedEdge[] {
  const { sorted } = orderLayers(ids, edges);
  const position = new Map(sorted.map((id, index) => [id, index]));
  const isForward = ({ from, to }: LiftedEdge) => (position.get(to) ?? 0) > (position.get(from) ?? 0);
  const forward = Map.groupBy(edges.filter(isForward), ({ from }) => from);
  const reached = new Map<string, Set<string>>();
  const implied = new Set<LiftedEdge>();
  for (const from of sorted.toReversed()) {
    const far = new Set<string>();
    // What is near comes first, so that what it leads to is known when the rest is looked at.
    const near = (forward.get(from) ?? []).toSorted(
      (one, other) => (position.get(one.to) ?? 0) - (position.get(other.to) ?? 0),
    );
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
