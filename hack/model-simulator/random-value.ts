import type { JsonObject, JsonValue } from '../../operator/src/api/json.ts';
import { exampleOf } from '../../operator/src/core/json-schema/example-of.ts';
import { validateJson } from '../../operator/src/core/json-schema/validate-json.ts';
import type { Random } from '../../operator/src/kube/clock.ts';
import { pick, randomSentence, wholeBetween } from './random-words.ts';

/** Values that are drawn before the plain example of the schema has to do. */
const MOST_DRAWS = 8;
/** Lists and objects inside each other, after which only what has to be there is made. */
const DEEPEST = 5;
/** Schemas that are looked at for one value: hostile schemas have no end. */
const MOST_SCHEMAS = 1000;
/** Characters of a text, and items of a list, at most. */
const LARGEST = 1000;
/** Items that a list has at most beyond those that it needs. */
const MOST_EXTRA_ITEMS = 2;

/** A value that fits a schema, drawn at random; else its plain example; undefined where not even that fits. */
export function randomValue(schema: JsonObject, random: Random): JsonValue | undefined {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const value = drawValue(schema, { root: schema, random, depth: 0, budget: { left: MOST_SCHEMAS } });
    if (fits(schema, value)) return value;
  }
  const example = exampleOf(schema);
  return fits(schema, example) ? example : undefined;
}

/** Whether a value fits a schema that can be used. */
export function fits(schema: JsonObject, value: JsonValue): boolean {
  const validated = validateJson(schema, value);
  return 'findings' in validated && validated.findings.length === 0;
}

interface Drawing {
  readonly root: JsonObject;
  readonly random: Random;
  readonly depth: number;
  readonly budget: { left: number };
}

/** A proposal: what it does not look at (`not`, conditions, dependencies) is left to luck and to whoever checks it. */
function drawValue(schema: JsonValue | undefined, drawing: Drawing): JsonValue {
  const parts = gather(schema, drawing);
  const { const: constant, enum: values } = parts;
  if (constant !== undefined) return constant;
  if (isList(values) && values.length > 0) return pick(values, drawing.random);
  const type = drawType(parts, drawing);
  return makers[type]?.(parts, drawing) ?? null;
}

/** The schema with what it refers to, with all that it combines, and with one of each of its alternatives. */
function gather(schema: JsonValue | undefined, drawing: Drawing): JsonObject {
  if (!isObject(schema) || drawing.budget.left-- <= 0) return {};
  const { $ref: reference, allOf, anyOf, oneOf, ...own } = schema;
  const others = [
    typeof reference === 'string' ? resolve(reference, drawing.root) : undefined,
    ...(isList(allOf) ? allOf : []),
    ...[anyOf, oneOf].map((choices) => (isList(choices) ? choose(choices, drawing) : undefined)),
  ];
  return others.map((other) => gather(other, drawing)).reduce(merge, own);
}

/** Deep down the shortest alternative: it is the likeliest to end a recursion. */
function choose(choices: readonly JsonValue[], { random, depth }: Drawing): JsonValue | undefined {
  if (depth < DEEPEST) return pick(choices, random);
  return choices.toSorted((one, other) => JSON.stringify(one).length - JSON.stringify(other).length)[0];
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const both = { ...one, ...other };
  const properties = { ...fieldsOf(one), ...fieldsOf(other) };
  const required = [...namesOf(one), ...namesOf(other)];
  return {
    ...both,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

/** What a reference inside the schema leads to. Others are left to the plain example. */
function resolve(reference: string, root: JsonObject): JsonValue | undefined {
  if (!reference.startsWith('#')) return undefined;
  const parts = reference
    .slice(1)
    .split('/')
    .filter((part) => part !== '');
  return parts.reduce<JsonValue | undefined>((value, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }, root);
}

function drawType(schema: JsonObject, { random }: Drawing): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (isList(type))
    return pick(
      type.filter((one) => typeof one === 'string'),
      random,
    );
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return 'object';
  return schema['items'] === undefined && schema['prefixItems'] === undefined ? 'string' : 'array';
}

type Maker = (schema: JsonObject, drawing: Drawing) => JsonValue;

const makers: Readonly<Record<string, Maker>> = {
  string: drawText,
  integer: (schema, { random }) => drawNumber(schema, random, 1),
  number: (schema, { random }) => drawNumber(schema, random, 0.01),
  boolean: (_schema, { random }) => random() < 0.5,
  array: drawList,
  object: drawObject,
};

function drawText(schema: JsonObject, { random }: Drawing): JsonValue {
  const { minLength, maxLength } = schema;
  // Formats and patterns have their own plain examples; nothing is drawn for them.
  if (schema['pattern'] !== undefined || schema['format'] !== undefined)
    return exampleOf({ ...schema, type: 'string' });
  const sentence = randomSentence(random);
  const padded = typeof minLength === 'number' ? sentence.padEnd(Math.min(minLength, LARGEST), ' and so on') : sentence;
  return typeof maxLength === 'number' ? padded.slice(0, maxLength) : padded;
}

/** A number inside the bounds, on a grid that starts at zero. */
function drawNumber(schema: JsonObject, random: Random, usualStep: number): JsonValue {
  const { multipleOf } = schema;
  const step = typeof multipleOf === 'number' ? Math.max(multipleOf, usualStep === 1 ? 1 : 0) : usualStep;
  const low = bound(schema, 'minimum', 'exclusiveMinimum', 1) / step;
  const high = bound(schema, 'maximum', 'exclusiveMaximum', -1) / step;
  const lowest = Number.isFinite(low) ? Math.ceil(low) : Math.min(0, Math.floor(high));
  const highest = Number.isFinite(high) ? Math.floor(high) : lowest + 100;
  const drawn = wholeBetween(lowest, Math.max(lowest, highest), random) * step;
  return Number(drawn.toPrecision(12)); // without the noise of binary fractions
}

/** The nearest bound; one that is excluded counts as a hundredth, or one whole number, further in. */
function bound(schema: JsonObject, inclusive: string, exclusive: string, inward: 1 | -1): number {
  const [plain, excluded] = [schema[inclusive], schema[exclusive]];
  const further = schema['type'] === 'integer' ? 1 : 0.01;
  const bounds = [
    ...(typeof plain === 'number' ? [plain] : []),
    ...(typeof excluded === 'number' ? [excluded + inward * further] : []),
  ];
  if (bounds.length === 0) return -inward * Number.POSITIVE_INFINITY;
  return inward === 1 ? Math.max(...bounds) : Math.min(...bounds);
}

function drawList(schema: JsonObject, drawing: Drawing): JsonValue {
  const { prefixItems, items, minItems, maxItems } = schema;
  const first = isList(prefixItems) ? prefixItems : [];
  const least = Math.max(typeof minItems === 'number' ? minItems : 0, first.length);
  const isOpen = items !== undefined && items !== false && drawing.depth < DEEPEST;
  const extra = isOpen ? wholeBetween(least === 0 ? 1 : 0, MOST_EXTRA_ITEMS, drawing.random) : 0;
  const most = typeof maxItems === 'number' ? maxItems : Number.POSITIVE_INFINITY;
  const inner = { ...drawing, depth: drawing.depth + 1 };
  return Array.from({ length: Math.min(least + extra, most, LARGEST) }, (_, index) =>
    drawValue(first[index] ?? items, inner),
  );
}

function drawObject(schema: JsonObject, drawing: Drawing): JsonValue {
  const required = new Set(namesOf(schema));
  const wanted = Object.entries(fieldsOf(schema)).filter(
    ([name]) => required.has(name) || (drawing.depth < DEEPEST && drawing.random() < 0.7),
  );
  const unlisted = [...required].filter((name) => !Object.hasOwn(fieldsOf(schema), name));
  const inner = { ...drawing, depth: drawing.depth + 1 };
  const fields = [...wanted, ...unlisted.map((name) => [name, schema['additionalProperties']] as const)];
  return Object.fromEntries(fields.map(([name, field]) => [name, drawValue(field, inner)]));
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

const fieldsOf = ({ properties }: JsonObject): JsonObject => (isObject(properties) ? properties : {});
const namesOf = ({ required }: JsonObject): readonly string[] =>
  isList(required) ? required.filter((name) => typeof name === 'string') : [];
