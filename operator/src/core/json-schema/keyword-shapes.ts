import type { JsonObject, JsonValue } from '../../api/json.ts';

/** What the argument of a keyword has to be, and where schemas stand in it. Only what is accepted is looked into. */
export interface KeywordShape {
  /** What it must be, in words. */
  readonly expected: string;
  readonly accepts: (argument: JsonValue) => boolean;
  /** Schemas inside the argument, by the keys that lead to them. */
  readonly inner?: (argument: JsonValue) => readonly (readonly [readonly (string | number)[], JsonValue])[];
  /** Texts inside the argument that are regular expressions. */
  readonly patterns?: (argument: JsonValue) => readonly string[];
}

/** JSON Schema's names of types, and each in words. */
export const typeWords: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['integer', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['null', 'null'],
]);

/** Whether a value is a JSON object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON list. */
export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a value can be a schema: an object, true or false. */
export function isSchema(value: JsonValue): value is JsonObject | boolean {
  return typeof value === 'boolean' || isJsonObject(value);
}

const isText = (value: JsonValue): value is string => typeof value === 'string';
const isListOf = (accepts: (value: JsonValue) => boolean) => (value: JsonValue) =>
  isJsonList(value) && value.every(accepts);
const isMapOf = (accepts: (value: JsonValue) => boolean) => (value: JsonValue) =>
  isJsonObject(value) && Object.values(value).every(accepts);
const isCount = (value: JsonValue) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isNumber = (value: JsonValue) => typeof value === 'number';
const isTypeName = (value: JsonValue) => isText(value) && typeWords.has(value);
const entriesOf = (value: JsonValue) =>
  Object.entries(value as JsonObject).map(([key, inner]) => [[key], inner] as const);
const itemsOf = (value: JsonValue) => (value as readonly JsonValue[]).map((inner, index) => [[index], inner] as const);

const schema: KeywordShape = {
  expected: 'a schema (an object, true or false)',
  accepts: isSchema,
  inner: (argument) => [[[], argument]],
};
const schemas: KeywordShape = {
  expected: 'a list of schemas with at least one',
  accepts: (value) => isListOf(isSchema)(value) && isJsonList(value) && value.length > 0,
  inner: itemsOf,
};
const schemaMap: KeywordShape = {
  expected: 'an object whose values are schemas',
  accepts: isMapOf(isSchema),
  inner: entriesOf,
};
const number: KeywordShape = { expected: 'a number', accepts: isNumber };
const count: KeywordShape = { expected: 'a whole number of at least 0', accepts: isCount };
const text: KeywordShape = { expected: 'text', accepts: isText };
const flag: KeywordShape = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
const texts: KeywordShape = { expected: 'a list of texts', accepts: isListOf(isText) };

/** The keywords of draft 2020-12 that say something about values; all others are notes and have no effect. */
export const keywordShapes: ReadonlyMap<string, KeywordShape> = new Map<string, KeywordShape>([
  ['$defs', schemaMap],
  ['definitions', schemaMap],
  ['$ref', text],
  ['$dynamicRef', text],
  ['$id', text],
  ['$anchor', text],
  ['$dynamicAnchor', text],
  ['type', { expected: typeNames(), accepts: (value) => isTypeName(value) || isListOf(isTypeName)(value) }],
  ['enum', { expected: 'a list', accepts: isJsonList }],
  ['const', { expected: 'a value', accepts: () => true }],
  ['minimum', number],
  ['maximum', number],
  ['exclusiveMinimum', number],
  ['exclusiveMaximum', number],
  ['multipleOf', { expected: 'a number above 0', accepts: (value) => typeof value === 'number' && value > 0 }],
  ['minLength', count],
  ['maxLength', count],
  ['pattern', { ...text, patterns: (argument) => [argument as string] }],
  ['format', text],
  ['prefixItems', schemas],
  ['items', { ...schema, expected: 'a schema (one for each item in turn is spelled `prefixItems`)' }],
  ['contains', schema],
  ['minContains', count],
  ['maxContains', count],
  ['minItems', count],
  ['maxItems', count],
  ['uniqueItems', flag],
  ['properties', schemaMap],
  ['patternProperties', { ...schemaMap, patterns: (argument) => Object.keys(argument as JsonObject) }],
  ['additionalProperties', schema],
  ['propertyNames', schema],
  ['minProperties', count],
  ['maxProperties', count],
  ['required', texts],
  ['dependentRequired', { expected: 'an object whose values are lists of texts', accepts: isMapOf(isListOf(isText)) }],
  ['dependentSchemas', schemaMap],
  ['allOf', schemas],
  ['anyOf', schemas],
  ['oneOf', schemas],
  ['not', schema],
  ['if', schema],
  ['then', schema],
  ['else', schema],
  ['unevaluatedItems', schema],
  ['unevaluatedProperties', schema],
]);

/** Keywords of older drafts that would change a schema's meaning if they were passed over, and how it is said now. */
export const retiredKeywords: ReadonlyMap<string, string> = new Map([
  ['additionalItems', 'in draft 2020-12, `items` beside `prefixItems`'],
  ['dependencies', 'in draft 2020-12, `dependentRequired` or `dependentSchemas`'],
  ['$recursiveRef', 'in draft 2020-12, `$dynamicRef`'],
]);

/** Whether a `$schema` is one whose schemas are read: this draft, or an older one, by the rules of this one. */
export function isKnownDialect(uri: string): boolean {
  return /^https?:\/\/json-schema\.org\/(draft\/2020-12|draft\/2019-09|draft-0[67])\/schema#?$/.test(uri);
}

function typeNames(): string {
  return `one or more of ${[...typeWords.keys()].join(', ')}`;
}
