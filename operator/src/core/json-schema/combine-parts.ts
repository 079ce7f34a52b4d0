import type { JsonObject, JsonValue } from '../../api/json.ts';
import { identityOf } from './compare-values.ts';
import { keywordShapes } from './keyword-shapes.ts';
import { listOf, mapOf } from './keyword-arguments.ts';

type Combine = (one: JsonValue, other: JsonValue) => JsonValue;

const larger: Combine = (one, other) => Math.max(Number(one), Number(other));
const smaller: Combine = (one, other) => Math.min(Number(one), Number(other));

/** How two arguments of a keyword become one that says both. */
const rules: ReadonlyMap<string, Combine> = new Map<string, Combine>([
  ['properties', bothMaps],
  ['patternProperties', bothMaps],
  ['items', both],
  ['required', union],
  ['enum', intersection],
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'].map((name) => [name, larger] as const),
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'].map((name) => [name, smaller] as const),
]);

/** Keywords that look at each other, and those of them that forbid combining what several schemas say. */
const companies = [
  {
    members: ['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties'],
    solitary: ['additionalProperties', 'unevaluatedProperties'],
  },
  {
    members: ['items', 'prefixItems', 'contains', 'minContains', 'maxContains', 'unevaluatedItems'],
    solitary: ['prefixItems', 'contains', 'unevaluatedItems'],
  },
  { members: ['if', 'then', 'else'], solitary: ['if', 'then', 'else'] },
];

/**
 * One schema that says what several say. What cannot be combined stands in its `allOf`; its `properties` list the fields
 * of all of them in any case.
 */
export function combineParts(parts: readonly JsonObject[]): JsonObject {
  const inseparable = new Set(
    companies.filter((company) => isContested(company, parts)).flatMap(({ members }) => members),
  );
  const combined = new Map<string, JsonValue>();
  const apart: JsonObject[] = [];
  for (const part of parts) {
    const left = Object.entries(part).filter(
      ([keyword, argument]) => inseparable.has(keyword) || !combineInto(combined, keyword, argument),
    );
    if (left.length > 0) apart.push(Object.fromEntries(left));
  }
  for (const { properties } of apart) if (properties !== undefined) combineInto(combined, 'properties', properties);
  if (apart.length > 0) combined.set('allOf', apart);
  return Object.fromEntries(combined);
}

function isContested({ members, solitary }: (typeof companies)[number], parts: readonly JsonObject[]): boolean {
  const speaking = parts.filter((part) => members.some((keyword) => Object.hasOwn(part, keyword)));
  return speaking.length > 1 && speaking.some((part) => solitary.some((keyword) => Object.hasOwn(part, keyword)));
}

/** Whether an argument could be taken in. Notes without effect are taken from the first schema that has them. */
function combineInto(combined: Map<string, JsonValue>, keyword: string, argument: JsonValue): boolean {
  const before = combined.get(keyword);
  const rule = rules.get(keyword);
  if (before === undefined) combined.set(keyword, argument);
  else if (rule !== undefined) combined.set(keyword, rule(before, argument));
  else return !keywordShapes.has(keyword) || identityOf(before) === identityOf(argument);
  return true;
}

function both(one: JsonValue, other: JsonValue): JsonValue {
  return one === other ? one : { allOf: [one, other] };
}

function bothMaps(one: JsonValue, other: JsonValue): JsonValue {
  const schemas = new Map(Object.entries(mapOf(one)));
  for (const [name, schema] of Object.entries(mapOf(other))) {
    const before = schemas.get(name);
    schemas.set(name, before === undefined ? schema : both(before, schema));
  }
  return Object.fromEntries(schemas);
}

function union(one: JsonValue, other: JsonValue): JsonValue {
  return [...new Set([...listOf(one), ...listOf(other)])];
}

function intersection(one: JsonValue, other: JsonValue): JsonValue {
  const allowed = new Set(listOf(other).map(identityOf));
  return listOf(one).filter((value) => allowed.has(identityOf(value)));
}
