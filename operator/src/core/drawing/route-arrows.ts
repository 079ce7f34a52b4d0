import type { DrawnItem } from './drawing.ts';
import type { Direction, Layers, Point } from './layer-graph.ts';
import type { LiftedEdge } from './lift-edges.ts';
import type { Size } from './measure-drawing.ts';
import { shapeInset } from './shape-inset.ts';
import { type PortRequest, spreadPorts } from './spread-ports.ts';

/** The path of an arrow: between two points it runs along the layers' direction, or bends from one lane to another. */
export interface RoutedArrow {
  readonly edge: LiftedEdge;
  readonly points: readonly Point[];
  readonly direction: Direction;
  readonly label: (Point & Size) | undefined;
}

/** A box in a layered graph. */
interface Box extends Size {
  readonly item: DrawnItem;
}

/** A box at its place (its middle), as if the layers lay one below the other. */
interface PlacedBox extends Point, Box {}

/** Where a layer begins and ends. */
interface Span {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Leads arrows around boxes: from a port of their own straight out of the layer, through the layers between at the
 * places that were kept free for them, and straight to the target. They bend between layers, where no box is.
 */
export function routeArrows(layers: Layers, boxes: ReadonlyMap<string, Box>, direction: Direction): RoutedArrow[] {
  const turn = direction === 'TB' ? (point: Point) => point : ({ x, y }: Point) => ({ x: y, y: x });
  const placed = new Map(Array.from(boxes, ([id, box]) => [id, placeBox(box, layers.boxes.get(id), direction)]));
  const spans = spansOf([...placed.values()]);
  const courses = layers.arrows.flatMap(({ edge, points, label }): Course[] => {
    const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
    const via = points.slice(1, -1).map(turn);
    return from === undefined || to === undefined ? [] : [{ edge, label, ...endsOf(from, to, via), via }];
  });
  const ports = spreadPorts(courses.flatMap(({ start, end }) => [start, end]));
  return courses.map((course) => {
    const points = follow(course, { ports, spans, direction }).map(turn);
    return { edge: course.edge, label: course.label, points, direction };
  });
}

function placeBox(box: Box, middle: Point = { x: 0, y: 0 }, direction: Direction): PlacedBox {
  const { item, width, height } = box;
  return direction === 'TB'
    ? { item, width, height, ...middle }
    : { item, width: height, height: width, x: middle.y, y: middle.x };
}

/** Boxes of one layer have their middles on one line. */
function spansOf(boxes: readonly PlacedBox[]): Span[] {
  const layers = Map.groupBy(boxes, ({ y }) => Math.round(y));
  return Array.from(layers.values(), (layer) => ({
    top: Math.min(...layer.map(({ y, height }) => y - height / 2)),
    bottom: Math.max(...layer.map(({ y, height }) => y + height / 2)),
  }));
}

interface End extends PortRequest {
  readonly box: PlacedBox;
}

interface Course {
  readonly edge: LiftedEdge;
  readonly label: (Point & Size) | undefined;
  readonly start: End;
  readonly end: End;
  /** Places in layers between, and that of the label. */
  readonly via: readonly Point[];
}

function endsOf(from: PlacedBox, to: PlacedBox, via: readonly Point[]): Pick<Course, 'start' | 'end'> {
  const isDown = to.y > from.y;
  return {
    start: { box: from, side: isDown ? 'bottom' : 'top', towards: (via[0] ?? to).x },
    end: { box: to, side: isDown ? 'top' : 'bottom', towards: (via.at(-1) ?? from).x },
  };
}

interface Setting {
  readonly ports: ReadonlyMap<PortRequest, number>;
  readonly spans: readonly Span[];
  readonly direction: Direction;
}

function follow({ start, end, via, label }: Course, setting: Setting): Point[] {
  const isDown = start.side === 'bottom';
  const between = via.flatMap(({ x, y }) => {
    const span = spanAt(y, setting.spans);
    // Between layers only the place of a label counts; without it, a bend has all the room.
    if (span === undefined) return label === undefined ? [] : [{ x, y }];
    const ends = [span.top, span.bottom].map((edge) => ({ x, y: edge }));
    return isDown ? ends : ends.reverse();
  });
  return [...leave(start, setting), ...between, ...leave(end, setting).reverse()];
}

/** From the outline of a box to the border of its layer. */
function leave(end: End, { ports, spans, direction }: Setting): Point[] {
  const { box, side } = end;
  const x = ports.get(end) ?? box.x;
  const offset = Math.max(-1, Math.min(1, (x - box.x) / (box.width / 2)));
  // A box as it is drawn: the layers' own direction is turned back.
  const size = direction === 'TB' ? box : { width: box.height, height: box.width };
  const inset = shapeInset(box.item, size, { side: side === 'top' ? 'first' : 'last', offset, direction });
  const outward = side === 'top' ? -1 : 1;
  const outline = box.y + outward * (box.height / 2 - inset);
  const span = spanAt(box.y, spans);
  return [
    { x, y: outline },
    { x, y: span === undefined ? outline : side === 'top' ? span.top : span.bottom },
  ];
}

const spanAt = (y: number, spans: readonly Span[]) => spans.find(({ top, bottom }) => top <= y && y <= bottom);
