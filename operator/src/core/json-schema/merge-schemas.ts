import type { JsonObject, JsonValue } from '../../api/json.ts';
import { combineParts } from './combine-parts.ts';
import { isJsonList, isJsonObject, keywordShapes } from './keyword-shapes.ts';
import { allTypes, possibleTypes } from './schema-types.ts';
import { type Conjunction, type OpenSchema, takeApart } from './take-apart.ts';

/** Schemas inside a merged schema; what stands deeper may be anything. */
const MOST_SCHEMAS = 1000;

/** What has a meaning only where it stands, or was taken apart already. */
const dropped: ReadonlySet<string> = new Set([
  ...['$ref', '$dynamicRef', 'allOf', '$defs', 'definitions', 'type'],
  ...['$id', '$anchor', '$dynamicAnchor', '$schema', '$comment'],
]);

interface Merging {
  readonly open: OpenSchema;
  /** Parts that are being merged: one that comes again is a recursion, and left open. */
  readonly current: Set<JsonObject>;
  left: number;
}

/**
 * One schema that says what several say together, its own types, fields and items at its top, and that refers to
 * nothing outside itself. Recursive schemas are unrolled once.
 */
export function mergeSchemas(schemas: readonly JsonValue[], open: OpenSchema): JsonObject {
  return merge(schemas, { open, current: new Set(), left: MOST_SCHEMAS });
}

function merge(schemas: readonly JsonValue[], merging: Merging): JsonObject {
  const conjunction = takeApart(schemas, merging.open);
  const { parts, isNever } = conjunction;
  const [only] = parts;
  if (isNever) return { not: {} };
  if (only === undefined || merging.left <= 0 || parts.some((part) => merging.current.has(part))) return {};
  merging.left--;
  if (parts.length === 1 && merging.open.references.size === 0 && !Object.hasOwn(only, '$dynamicRef')) return only;
  for (const part of parts) merging.current.add(part);
  const merged = inlineAll({ ...typesOf(conjunction), ...combineParts(parts.map(withoutDropped)) }, merging);
  for (const part of parts) merging.current.delete(part);
  return merged;
}

const withoutDropped = (part: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(part).filter(([keyword]) => !dropped.has(keyword)));

function typesOf(conjunction: Conjunction): JsonObject {
  const possible = possibleTypes(conjunction);
  if (possible.size === 0) return { not: {} };
  if (possible.size === allTypes.length) return {};
  const types = [...possible].filter((type) => type !== 'integer' || !possible.has('number'));
  return { type: types.length === 1 ? (types[0] ?? []) : types };
}

/** Puts what is referred to in the place of references, all the way down. */
function inlineAll(schema: JsonObject, merging: Merging): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, argument]) => [keyword, inlineArgument(keyword, argument, merging)]),
  );
}

function inlineArgument(keyword: string, argument: JsonValue, merging: Merging): JsonValue {
  if (keywordShapes.get(keyword)?.inner === undefined) return argument;
  const inline = (schema: JsonValue) => (isJsonObject(schema) ? merge([schema], merging) : schema);
  if (isJsonList(argument)) return argument.map(inline);
  if (!isJsonObject(argument) || !holdsMap.has(keyword)) return inline(argument);
  return Object.fromEntries(Object.entries(argument).map(([key, schema]) => [key, inline(schema)]));
}

const holdsMap: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);
