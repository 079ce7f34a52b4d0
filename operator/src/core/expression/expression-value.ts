import type { JsonObject, JsonValue } from '../../api/json.ts';

/**
 * A value while an expression is evaluated. Numbers: `bigint` is CEL's int, `number` its double. Lists and objects from
 * JSON stay as they are, with their numbers becoming int or double when they are read; what the expression makes has
 * classes of its own, so that a double in it stays one.
 */
export type Value = string | bigint | number | boolean | null | ListValue | MapValue | ForeignValue;
export type ListValue = readonly JsonValue[] | MadeList;
export type MapValue = JsonObject | MadeMap;
export type AnyNumber = number | bigint;
export type MapKey = string | bigint | boolean;

/** A list that the expression made. */
export class MadeList {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** A map that the expression made. */
export class MadeMap {
  readonly entries: ReadonlyMap<MapKey, Value>;

  constructor(entries: ReadonlyMap<MapKey, Value>) {
    this.entries = entries;
  }
}

/** What only the CEL library knows: a timestamp, a duration, bytes, an unsigned integer, a type. */
export class ForeignValue {
  readonly content: object;

  constructor(content: object) {
    this.content = content;
  }
}

/** A value of JSON as CEL sees it: numbers that are whole are ints as far as they are exact, others doubles. */
export function fromJson(value: JsonValue): Value {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

export const isNumber = (value: Value): value is AnyNumber => typeof value === 'number' || typeof value === 'bigint';

export const isList = (value: Value): value is ListValue => Array.isArray(value) || value instanceof MadeList;

export const isMap = (value: Value): value is MapValue =>
  value instanceof MadeMap ||
  (typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof MadeList) &&
    !(value instanceof ForeignValue));

/** Number of items of a list. */
export const lengthOf = (list: ListValue): number => (list instanceof MadeList ? list.items.length : list.length);

/** An item of a list; undefined beyond its end. */
export function itemAt(list: ListValue, index: number): Value | undefined {
  if (list instanceof MadeList) return list.items[index];
  const item = list[index];
  return item === undefined ? undefined : fromJson(item);
}

/** The keys of a map. */
export const keysOf = (map: MapValue): readonly MapKey[] =>
  map instanceof MadeMap ? [...map.entries.keys()] : Object.keys(map);

/** The value under a key of a map; undefined when there is none. */
export function entryOf(map: MapValue, key: MapKey): Value | undefined {
  if (map instanceof MadeMap) return map.entries.get(key);
  const field = typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
  return field === undefined ? undefined : fromJson(field);
}

/** A value as a key of a map; doubles and unsigned integers are the int that they equal. Undefined when it can be none. */
export function asMapKey(value: Value): MapKey | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return value;
  const content: unknown = value instanceof ForeignValue ? value.content.valueOf() : undefined;
  return typeof content === 'bigint' ? content : undefined;
}

/** CEL's name of a value's type. */
export function typeOf(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  if (value instanceof ForeignValue) return foreignTypes.get(value.content.constructor.name) ?? 'dyn';
  if (typeof value === 'object') return 'map';
  return simpleTypes[typeof value as keyof typeof simpleTypes];
}

const foreignTypes = new Map([
  ['UnsignedInt', 'uint'],
  ['Uint8Array', 'bytes'],
  ['Buffer', 'bytes'],
  ['Date', 'google.protobuf.Timestamp'],
  ['Duration', 'google.protobuf.Duration'],
  ['Type', 'type'],
]);

const simpleTypes = { string: 'string', bigint: 'int', number: 'double', boolean: 'bool' } as const;
