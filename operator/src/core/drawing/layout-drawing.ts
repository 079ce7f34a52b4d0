import type { Drawing, DrawnGroup, DrawnItem } from './drawing.ts';
import { layerGraph, type LayerSetting, type Point } from './layer-graph.ts';
import type { EdgesByGroup } from './lift-edges.ts';
import type { LayoutPlan } from './plan-layout.ts';
import { type RoutedArrow, routeArrows } from './route-arrows.ts';
import { measureGroupTitle, measureNode, type Size } from './measure-drawing.ts';

/** A node or the frame of a group; `x` and `y` are its upper left corner. */
export interface PlacedItem extends Point, Size {
  readonly item: DrawnItem;
}

/** A picture with every place in it, in pixels. Frames come before what stands in them. */
export interface Layout extends Size {
  readonly items: readonly PlacedItem[];
  readonly arrows: readonly RoutedArrow[];
}

const PADDING = 16;
const MARGIN = 12;
/** Width to height of a page that people read. */
const PAGE = 1.5;
const SMALL = 200;

/** Lays a drawing out: each group on its own, from the inside out, sideways or downwards as fits a page better. */
export function layoutDrawing({ items }: Drawing, { edges, effort, isReduced }: LayoutPlan): Layout {
  const setting = { edges, isHasty: isReduced };
  const downwards = layoutItems(items, undefined, { ...setting, direction: 'TB' });
  // To try both ways is worth the time only while it is short.
  const sideways = effort <= SMALL ? layoutItems(items, undefined, { ...setting, direction: 'LR' }) : downwards;
  const whole = distanceFromPage(sideways) < distanceFromPage(downwards) ? sideways : downwards;
  const size = { width: whole.width + 2 * MARGIN, height: whole.height + 2 * MARGIN };
  return moveLayout(whole, { x: MARGIN, y: MARGIN }, size);
}

const distanceFromPage = ({ width, height }: Size) => Math.abs(Math.log(width / height / PAGE));

interface Setting extends LayerSetting {
  readonly edges: EdgesByGroup;
}

/** The items of a group, or of the whole drawing, at the origin. */
function layoutItems(items: readonly DrawnItem[], group: string | undefined, setting: Setting): Layout {
  const insides = new Map(items.map((item) => [item.id, layoutItem(item, setting)]));
  const layers = layerGraph(insides, setting.edges.get(group) ?? [], setting);
  const boxes = new Map(items.map((item) => [item.id, { item, width: 0, height: 0, ...insides.get(item.id) }]));
  const moved = Array.from(insides, ([id, inside]) => {
    const { x, y } = layers.boxes.get(id) ?? { x: 0, y: 0 };
    return moveLayout(inside, { x: x - inside.width / 2, y: y - inside.height / 2 }, inside);
  });
  const arrows = routeArrows(layers, boxes, setting.direction);
  return shrinkWrap({
    items: moved.flatMap((inside) => inside.items),
    arrows: [...arrows, ...moved.flatMap((inside) => inside.arrows)],
  });
}

/** Just as large as what is in it: arrows may run outside of all boxes. */
function shrinkWrap({ items, arrows }: Omit<Layout, keyof Size>): Layout {
  const areas = [
    ...items,
    ...arrows.flatMap(({ points, label }) => [...points.map(areaOf), ...(label ? [areaAround(label)] : [])]),
  ];
  const [left, top] = [Math.min(0, ...areas.map(({ x }) => x)), Math.min(0, ...areas.map(({ y }) => y))];
  const width = Math.max(0, ...areas.map((area) => area.x + area.width)) - left;
  const height = Math.max(0, ...areas.map((area) => area.y + area.height)) - top;
  return moveLayout({ items, arrows, width, height }, { x: -left, y: -top }, { width, height });
}

const areaOf = ({ x, y }: Point) => ({ x, y, width: 0, height: 0 });
const areaAround = ({ x, y, width, height }: Point & Size) => ({ x: x - width / 2, y: y - height / 2, width, height });

/** An item with what stands in it, at the origin. */
function layoutItem(item: DrawnItem, setting: Setting): Layout {
  if (item.kind === 'group') return frame(item, layoutItems(item.items, item.id, setting));
  const size = measureNode(item);
  return { ...size, items: [{ item, x: 0, y: 0, ...size }], arrows: [] };
}

/** A group's frame around what stands in it, with its title above. */
function frame(item: DrawnGroup, inside: Layout): Layout {
  const title = measureGroupTitle(item);
  const width = Math.max(inside.width, title.width) + 2 * PADDING;
  const height = inside.height + title.height + 2 * PADDING;
  const offset = { x: (width - inside.width) / 2, y: title.height + PADDING };
  const moved = moveLayout(inside, offset, { width, height });
  return { ...moved, items: [{ item, x: 0, y: 0, width, height }, ...moved.items] };
}

function moveLayout({ items, arrows }: Layout, by: Point, { width, height }: Size): Layout {
  const move = <Placed extends Point>(placed: Placed): Placed => ({
    ...placed,
    x: placed.x + by.x,
    y: placed.y + by.y,
  });
  return {
    ...{ width, height },
    items: items.map(move),
    arrows: arrows.map((arrow) => ({
      ...arrow,
      points: arrow.points.map(move),
      label: arrow.label && move(arrow.label),
    })),
  };
}
