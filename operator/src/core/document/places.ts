import type { IssuePath } from '../issue.ts';

/** Where the parts of a list or an object stand in the text, by offset, and how much there is below it. */
export type ContainerPlaces = ListPlaces | ObjectPlaces;

interface Extent {
  /** Values in it and below, itself included; what an alias brings counts each time. */
  weight: number;
  /** Levels below it, its own included. */
  height: number;
}

export interface ListPlaces extends Extent {
  readonly kind: 'list';
  readonly items: number[];
}

export interface ObjectPlaces extends Extent {
  readonly kind: 'object';
  readonly properties: Map<string, PropertyPlace>;
}

export interface PropertyPlace {
  readonly key: number;
  readonly value: number;
  /** True while the property came by `<<` and may still be overridden. */
  readonly merged: boolean;
}

/** The places of every list and object of a document, by identity: an alias is the same value as its anchor. */
export type Places = ReadonlyMap<object, ContainerPlaces>;

/** A JSON object as the parser makes it: every key is an own property, `__proto__` too. */
export type PlainObject = Record<string, unknown>;

/** Sets an own property; assigning `__proto__` would change the prototype instead. */
export function setProperty(target: PlainObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** Where a document stands: its root value and the places of what is in it. */
export interface PlacedValue {
  readonly value: unknown;
  /** Offset of the root value. */
  readonly offset: number;
  readonly places: Places;
}

/**
 * Offset of what a path leads to: its key, or its value. Where the path leads to nothing, the nearest value above it
 * that exists.
 */
export function findOffset(root: PlacedValue, path: IssuePath, part: 'key' | 'value'): number {
  let { value, offset }: { value: unknown; offset: number } = root;
  for (const [depth, segment] of path.entries()) {
    const next = step(root.places, value, segment);
    if (next === undefined) return offset;
    const wantsKey = part === 'key' && depth === path.length - 1;
    offset = wantsKey ? next.key : next.value;
    value = next.child;
  }
  return offset;
}

function step(places: Places, container: unknown, segment: string | number) {
  if (typeof container !== 'object' || container === null) return undefined;
  const place = places.get(container);
  const child: unknown = Reflect.get(container, segment);
  if (place?.kind === 'list') {
    const offset = typeof segment === 'number' ? place.items[segment] : undefined;
    return offset === undefined ? undefined : { key: offset, value: offset, child };
  }
  const property = place?.properties.get(String(segment));
  return property && { ...property, child };
}
