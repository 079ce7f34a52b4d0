import type { Drawing, DrawnEdge, DrawnItem, EdgeKind } from './drawing.ts';

/** An arrow between two neighbours: items of the same group, or of the whole drawing. */
export interface LiftedEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly labels: readonly string[];
}

/** Arrows by the group they are drawn in; undefined stands for the whole drawing. */
export type EdgesByGroup = ReadonlyMap<string | undefined, readonly LiftedEdge[]>;

/**
 * Arrows that cross the border of a group, as arrows to the group itself, so that each group can be laid out on its
 * own. Between two neighbours one arrow is left: what activates hides what merely waits, and labels are gathered.
 */
export function liftEdges({ items, edges }: Drawing): EdgesByGroup {
  const ancestry = ancestryOf(items);
  const lifted = new Map<string | undefined, Map<string, LiftedEdge>>();
  for (const edge of edges) {
    const found = liftEdge(edge, ancestry);
    if (found === undefined) continue;
    const group = lifted.get(found.group) ?? new Map<string, LiftedEdge>();
    lifted.set(found.group, group);
    const key = `${found.from} ${found.to}`;
    group.set(key, mergeEdge(group.get(key), { ...edge, ...found }));
  }
  return new Map(Array.from(lifted, ([group, merged]) => [group, [...merged.values()]]));
}

/** For each item the groups around it, the outermost first, and itself last. */
function ancestryOf(items: readonly DrawnItem[]): Map<string, readonly string[]> {
  const ancestry = new Map<string, readonly string[]>();
  const add = (item: DrawnItem, around: readonly string[]): void => {
    const path = [...around, item.id];
    ancestry.set(item.id, path);
    if (item.kind === 'group') for (const inner of item.items) add(inner, path);
  };
  for (const item of items) add(item, []);
  return ancestry;
}

interface Lifted {
  readonly group: string | undefined;
  readonly from: string;
  readonly to: string;
}

/** Where the two ends part; undefined when one stands in the other. */
function liftEdge({ from, to }: DrawnEdge, ancestry: ReadonlyMap<string, readonly string[]>): Lifted | undefined {
  const [one = [], other = []] = [ancestry.get(from), ancestry.get(to)];
  let depth = 0;
  while (depth < one.length && one[depth] === other[depth]) depth++;
  const [start, end] = [one[depth], other[depth]];
  return start === undefined || end === undefined ? undefined : { group: one[depth - 1], from: start, to: end };
}

/** The greater says more. */
const weights: Readonly<Record<EdgeKind, number>> = {
  ...{ finally: 0, after: 1, needs: 2, chooses: 3, compensate: 4, returns: 4, fallback: 5, check: 6, goes: 7 },
};

function mergeEdge(before: LiftedEdge | undefined, { from, to, kind, label }: DrawnEdge & Lifted): LiftedEdge {
  const labels = [...new Set([...(before?.labels ?? []), ...(label === undefined ? [] : [label])])];
  const strongest = before !== undefined && weights[before.kind] >= weights[kind] ? before.kind : kind;
  return { from, to, kind: strongest, labels };
}
