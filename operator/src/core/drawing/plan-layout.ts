import { dropImpliedEdges } from './drop-implied-edges.ts';
import type { Drawing, DrawnItem } from './drawing.ts';
import { type EdgesByGroup, liftEdges } from './lift-edges.ts';
import { orderLayers } from './order-layers.ts';

/** Which arrows of a drawing are laid out, and how much there is to do. */
export interface LayoutPlan {
  readonly edges: EdgesByGroup;
  /** Boxes, and lanes that arrows take in the layers they pass: laying out takes time by their number. */
  readonly effort: number;
  /** Whether arrows that others imply were left out. */
  readonly isReduced: boolean;
}

/** So much is laid out as it is, well below a second; of more, what is implied is left out. */
const WHOLE = 600;
/** More than this takes too long. */
export const MOST_EFFORT = 1500;

/** Chooses the arrows that are laid out; undefined when the drawing is too large for a picture. */
export function planLayout(drawing: Drawing): LayoutPlan | undefined {
  const groups = groupsOf(drawing);
  const boxes = Array.from(groups.values()).reduce((sum, ids) => sum + ids.length, 0);
  if (boxes > MOST_EFFORT) return undefined;
  const edges = liftEdges(drawing);
  const effort = effortOf(groups, edges);
  if (effort <= WHOLE) return { edges, effort, isReduced: false };
  const reduced = new Map(Array.from(groups, ([group, ids]) => [group, dropImpliedEdges(ids, edges.get(group) ?? [])]));
  const left = effortOf(groups, reduced);
  return left <= MOST_EFFORT ? { edges: reduced, effort: left, isReduced: true } : undefined;
}

type Groups = ReadonlyMap<string | undefined, readonly string[]>;

function groupsOf({ items }: Drawing): Groups {
  const groups = new Map<string | undefined, readonly string[]>();
  const add = (group: string | undefined, inside: readonly DrawnItem[]): void => {
    groups.set(
      group,
      inside.map(({ id }) => id),
    );
    for (const item of inside) if (item.kind === 'group') add(item.id, item.items);
  };
  add(undefined, items);
  return groups;
}

function effortOf(groups: Groups, edges: EdgesByGroup): number {
  let effort = 0;
  for (const [group, ids] of groups) {
    const inside = edges.get(group) ?? [];
    const { layerOf } = orderLayers(ids, inside);
    const lanes = inside.map(({ from, to }) => Math.abs(layerOf(to) - layerOf(from)));
    effort += ids.length + lanes.reduce((sum, lane) => sum + lane, 0);
  }
  return effort;
}
