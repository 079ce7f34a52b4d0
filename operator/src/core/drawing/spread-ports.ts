import type { Point } from './layer-graph.ts';
import type { Size } from './measure-drawing.ts';

/** An end of an arrow that asks for a place on a side of a box. */
export interface PortRequest {
  readonly box: Point & Size;
  readonly side: 'top' | 'bottom';
  /** Where it would like to be. */
  readonly towards: number;
}

/** Pixels between two arrows on one side, where there is room. */
const DISTANCE = 14;
/** The corners of a box stay free. */
const CORNER = 16;

/** A place for each end of an arrow: near to where it wants to be, in the order in which they want it, and apart. */
export function spreadPorts(requests: readonly PortRequest[]): ReadonlyMap<PortRequest, number> {
  const sides = Map.groupBy(requests, ({ box }) => box).values();
  const groups = [...sides].flatMap((ends) => [...Map.groupBy(ends, ({ side }) => side).values()]);
  return new Map(groups.flatMap(spreadSide));
}

function spreadSide(requests: readonly PortRequest[]): [PortRequest, number][] {
  const [{ box }] = requests as [PortRequest];
  const corner = Math.min(CORNER, box.width / 3);
  const [first, last] = [box.x - box.width / 2 + corner, box.x + box.width / 2 - corner];
  const sorted = requests.toSorted((one, other) => one.towards - other.towards);
  const distance = Math.min(DISTANCE, (last - first) / Math.max(1, sorted.length - 1));
  const places: number[] = [];
  for (const { towards } of sorted)
    places.push(Math.max(Math.min(Math.max(towards, first), last), (places.at(-1) ?? -Infinity) + distance));
  // What was pushed over the end comes back, and pushes those before it.
  let limit = last;
  for (let index = places.length - 1; index >= 0; index--) {
    limit = Math.min(places[index] ?? limit, limit);
    places[index] = limit;
    limit -= distance;
  }
  return sorted.map((request, index) => [request, places[index] ?? box.x]);
}
