import type { JsonObject, JsonValue } from '../../api/json.ts';
import { isJsonList, isJsonObject } from './keyword-shapes.ts';
import { possibleTypes } from './schema-types.ts';
import { type Conjunction, type OpenSchema, takeApart } from './take-apart.ts';
import { listOf, mapOf, ownValue, textsOf } from './keyword-arguments.ts';

/** What schemas say of a part of a value: what it must fit; that there is none, and which there are; or nothing. */
export type PartOf =
  | { readonly schemas: readonly JsonValue[] }
  | { readonly missing: true; readonly known: readonly string[] }
  | { readonly unknown: true };

const unknown: PartOf = { unknown: true };

/** Keywords under which parts may hide that only the value itself would show. */
const hidingPlaces = ['if', 'dependentSchemas', '$dynamicRef'];

/** Alternatives inside alternatives are looked into this deep. */
const DEEPEST_ALTERNATIVE = 64;

/**
 * What a field of an object must fit. A schema that lists `properties` and leaves no room for others (no
 * `additionalProperties`, no `patternProperties`) is taken to have told all, although the standard would let others be.
 */
export function fieldOf(conjunction: Conjunction, name: string, open: OpenSchema): PartOf {
  const look: Look = {
    open,
    type: 'object',
    saidBy: (part) => saidOfField(part, name, open),
    isTelling: (part) => isJsonObject(part['properties']) || isClosed(part),
    known: listedBy,
    seen: new Set(),
  };
  return partOf(conjunction, look, 0) ?? unknown;
}

/** What an item of a list must fit; every item, when no index is given. */
export function itemOf(conjunction: Conjunction, index: number | undefined, open: OpenSchema): PartOf {
  const look: Look = {
    open,
    type: 'array',
    saidBy: (part) => (index === undefined ? saidOfItems(part) : saidOfItem(part, index)),
    isTelling: () => false,
    known: () => [],
    seen: new Set(),
  };
  return partOf(conjunction, look, 0) ?? unknown;
}

/** The fields that schemas list. */
export function listedFields({ parts }: Conjunction): readonly string[] {
  return [...new Set(parts.flatMap(listedBy))];
}

/** The fields that schemas ask for. */
export function requiredFields({ parts }: Conjunction): ReadonlySet<string> {
  return new Set(parts.flatMap(({ required }) => textsOf(required)));
}

const listedBy = ({ properties }: JsonObject) => Object.keys(mapOf(properties));

/** What is looked for, and the alternatives that were looked into: one that comes again says nothing new. */
interface Look {
  readonly open: OpenSchema;
  readonly type: 'object' | 'array';
  readonly saidBy: (part: JsonObject) => readonly JsonValue[];
  readonly isTelling: (part: JsonObject) => boolean;
  readonly known: (part: JsonObject) => readonly string[];
  readonly seen: Set<JsonObject>;
}

/** Undefined when all that could be said was looked into before. */
function partOf(conjunction: Conjunction, look: Look, depth: number): PartOf | undefined {
  if (!possibleTypes(conjunction).has(look.type)) return { missing: true, known: [] };
  const schemas = conjunction.parts.flatMap(look.saidBy);
  if (schemas.length > 0) return { schemas };
  const groups = conjunction.parts.flatMap((part) => [part['anyOf'], part['oneOf']]).filter(isJsonList);
  const found = groups.map((alternatives) => partOfAny(alternatives, look, depth)).filter((each) => each !== undefined);
  if (groups.length > 0 && found.length === 0) return undefined;
  return found.find((each) => 'schemas' in each) ?? withoutSchemas(conjunction, found, look);
}

function withoutSchemas({ parts }: Conjunction, found: readonly PartOf[], look: Look): PartOf {
  const tells = found.length > 0 || parts.some(look.isTelling);
  if (!tells || parts.some(leavesRoom)) return unknown;
  const known = found.flatMap((each) => ('missing' in each ? [each.known] : []));
  if (known.length < found.length) return unknown;
  return { missing: true, known: [...new Set([...parts.flatMap(look.known), ...known.flat()])] };
}

/** What alternatives agree on: a part that all of them have, or that none has. */
function partOfAny(alternatives: readonly JsonValue[], look: Look, depth: number): PartOf | undefined {
  if (depth > DEEPEST_ALTERNATIVE) return unknown;
  const fresh = alternatives.filter((alternative) => !isJsonObject(alternative) || !look.seen.has(alternative));
  for (const alternative of fresh) if (isJsonObject(alternative)) look.seen.add(alternative);
  const found = fresh
    .map((alternative) => partOf(takeApart([alternative], look.open), look, depth + 1))
    .filter((each) => each !== undefined);
  if (found.length === 0) return undefined;
  if (found.every((each) => 'schemas' in each)) return { schemas: [unionOf(found.map(({ schemas }) => schemas))] };
  if (found.every((each) => 'missing' in each)) return { missing: true, known: found.flatMap(({ known }) => known) };
  return unknown;
}

function unionOf(alternatives: readonly (readonly JsonValue[])[]): JsonValue {
  const schemas = alternatives.map((all) => (all.length === 1 ? (all[0] ?? true) : { allOf: all }));
  const [first = true] = schemas;
  return schemas.every((schema) => schema === first) ? first : { anyOf: schemas };
}

function saidOfField(part: JsonObject, name: string, { patterns }: OpenSchema): readonly JsonValue[] {
  const { properties, patternProperties, additionalProperties: others } = part;
  const said = Object.entries(mapOf(patternProperties))
    .filter(([source]) => patterns.get(source)?.test(name) === true)
    .map(([, schema]) => schema);
  const own = ownValue(mapOf(properties), name);
  if (own !== undefined) said.push(own);
  if (said.length > 0 || !isJsonObject(others) || Object.keys(others).length === 0) return said;
  return [others];
}

function saidOfItem(part: JsonObject, index: number): readonly JsonValue[] {
  const { prefixItems, items } = part;
  return [listOf(prefixItems)[index] ?? items].filter((schema) => schema !== undefined);
}

function saidOfItems({ prefixItems, items }: JsonObject): readonly JsonValue[] {
  return isJsonList(prefixItems) || items === undefined ? [] : [items];
}

const isClosed = (part: JsonObject) =>
  part['additionalProperties'] === false || part['unevaluatedProperties'] === false;

function leavesRoom(part: JsonObject): boolean {
  if (hidingPlaces.some((keyword) => Object.hasOwn(part, keyword))) return true;
  if (isClosed(part)) return false;
  const others = part['additionalProperties'] ?? part['unevaluatedProperties'];
  return others !== undefined || isJsonObject(part['patternProperties']);
}
