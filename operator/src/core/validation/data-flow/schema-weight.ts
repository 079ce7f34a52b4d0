import type { JsonObject, JsonValue } from '../../../api/json.ts';

/** Schemas that are larger count as if they were so large. */
const LARGEST = 5000;

const known = new WeakMap<JsonObject, number>();

/** How many values a schema is made of, roughly what it costs to look at. Counted once for each. */
export function weightOf(schema: JsonObject): number {
  const weight = known.get(schema) ?? countValues(schema);
  known.set(schema, weight);
  return weight;
}

/** A loop, not recursion: how deep a schema is nested is up to the user. */
function countValues(schema: JsonObject): number {
  const pending: JsonValue[] = [schema];
  let count = 0;
  for (let value = pending.pop(); value !== undefined && count < LARGEST; value = pending.pop()) {
    count++;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values<JsonValue>(value)) pending.push(inner);
  }
  return count;
}
