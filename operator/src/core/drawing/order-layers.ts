import type { LiftedEdge } from './lift-edges.ts';

/** Neighbours in the order in which arrows lead from one to the next. */
export interface LayerOrder {
  /** Each before what it leads to; where arrows run in a circle, one of them is left aside. */
  readonly sorted: readonly string[];
  /** The place of one in that order. */
  readonly positionOf: (id: string) => number;
  /** The longest way of arrows that leads to one: its layer, from 0. */
  readonly layerOf: (id: string) => number;
}

/** Puts neighbours in order by the arrows between them. Iterative: how long a chain is, is up to the user. */
export function orderLayers(ids: readonly string[], edges: readonly LiftedEdge[]): LayerOrder {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const sorted = sortDepthFirst(ids, targets);
  const positions = new Map(sorted.map((id, index) => [id, index]));
  const layers = new Map<string, number>();
  const positionOf = (id: string) => positions.get(id) ?? -1;
  const layerOf = (id: string) => layers.get(id) ?? 0;
  for (const from of sorted) {
    for (const { to } of targets.get(from) ?? [])
      if (positionOf(to) > positionOf(from)) layers.set(to, Math.max(layerOf(to), layerOf(from) + 1));
  }
  return { sorted, positionOf, layerOf };
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
      else {
        finished.push(at.id);
        path.pop();
      }
    }
  }
  return finished.reverse();
}
