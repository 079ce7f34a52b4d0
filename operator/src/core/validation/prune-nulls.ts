import { childSchema, type SchemaNode, unwrapSchema } from './schema-view.ts';

/**
 * Drops null where the schema has a default, as the API server does before it validates: `queue:` with nothing behind
 * it means the default. Other nulls stay. Returns the value itself when there is nothing to drop.
 */
export function pruneDefaultedNulls(schema: SchemaNode, value: unknown): unknown {
  return hasNull(value) ? prune(schema, value) : value;
}

/** Most objects have none, and need not be gone through by their schemas. */
function hasNull(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  return value === null || Object.values(value).some(hasNull);
}

function prune(schema: SchemaNode, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return pruneList(schema, value);
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => pruneEntry(schema, value, [key, item]));
  const isSame = entries.every((entry) => entry?.isSame === true);
  return isSame ? value : Object.fromEntries(entries.flatMap((entry) => (entry === undefined ? [] : [entry.pair])));
}

function pruneList(schema: SchemaNode, items: readonly unknown[]): readonly unknown[] {
  const { element } = unwrapSchema(schema).core.def;
  if (element === undefined) return items;
  const pruned = items.map((item) => prune(element, item));
  return pruned.every((item, index) => item === items[index]) ? items : pruned;
}

function pruneEntry(schema: SchemaNode, object: object, [key, value]: [string, unknown]) {
  const child = childSchema(schema, object, key);
  if (child === undefined) return { isSame: true, pair: [key, value] as const };
  if (value === null && unwrapSchema(child).fallback !== undefined) return undefined;
  const pruned = prune(child, value);
  return { isSame: pruned === value, pair: [key, pruned] as const };
}
