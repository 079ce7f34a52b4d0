import type { LiftedEdge } from './lift-edges.ts';

/** Neighbours in the order in which arrows lead from one to the next. */
export interface LayerOrder {
  /** The longest way of arrows that leads to each: its layer, from 0. */
  readonly layers: ReadonlyMap<string, number>;
  /** Each before what it leads to; where arrows run in a circle, one of them is left aside. */
  readonly sorted: readonly string[];
}

/** Puts neighbours in order by the arrows between them. Iterative: how long a chain is, is up to the user. */
export function orderLayers(ids: readonly string[], edges: readonly LiftedEdge[]): LayerOrder {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const sorted = sortDepthFirst(ids, targets);
  const position = new Map(sorted.map((id, index) => [id, index]));
  const layers = new Map(ids.map((id) => [id, 0]));
  for (const from of sorted) {
    for (const { to } of targets.get(from) ?? []) {
      if ((position.get(to) ?? -1) > (position.get(from) ?? 0))
        layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(from) ?? 0) + 1));
    }
  }
  return { layers, sorted };
}

interface Visit {
  readonly id: string;
  next: number;
}

function sortDepthFirst(ids: readonly string[], targets: ReadonlyMap<string, readonly LiftedEdge[]>): string[] {
  const finished: string[] = [];
  const seen = new Set<string>();
  const path: Visit[] = [];
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    path.push({ id, next: 0 });
  };
  for (const id of ids) {
    visit(id);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const edge = targets.get(at.id)?.[at.next++];
      if (edge !== undefined) visit(edge.to);
      else finished.push((path.pop() ?? at).id);
    }
  }
  return finished.reverse();
}
