import type { JsonObject, JsonValue } from '../../api/json.ts';
import { Evaluation, EvaluationLimit } from './evaluation.ts';
import { exampleLists, exampleObject } from './example-containers.ts';
import { exampleNumbers, exampleTexts } from './example-scalars.ts';
import { isRecursion, type Spot } from './example-spot.ts';
import { fitsAll } from './fits-all.ts';
import { listOf, textsOf } from './keyword-arguments.ts';
import { isJsonList } from './keyword-shapes.ts';
import { schemaLimits } from './limits.ts';
import { possibleTypes } from './schema-types.ts';
import { type Conjunction, openSchema, takeApart } from './take-apart.ts';

/** Values that are proposed for one example, and alternatives that are chosen, at most. */
const MOST_PROPOSALS = 2000;
/** Levels of lists and objects in an example: only schemas without end are deeper. */
const DEEPEST = 150;
/** Alternatives inside alternatives that are chosen between. */
const DEEPEST_CHOICE = 16;

/**
 * A value that fits a schema, the same each time: what the schema itself gives as constant, enumeration, default or
 * example, else the plainest value of its type, with all fields that are listed and an item in each list. For schemas
 * that are too involved it may not fit; `validateJson` tells. Null for a schema that cannot be used.
 */
export function exampleOf(schema: JsonObject): JsonValue {
  const open = openSchema(schema);
  if (open === undefined) return null;
  const making = {
    open,
    evaluation: new Evaluation(open.tracksSeen, schemaLimits.exampleSteps),
    left: MOST_PROPOSALS,
    exampleFor,
  };
  try {
    return exampleFor([schema], { making, current: new Set(), depth: 0, variant: 0, isSparse: false });
  } catch (error) {
    if (!(error instanceof EvaluationLimit)) throw error;
    return null;
  }
}

/** The first proposal that fits, else the first of all. */
function exampleFor(schemas: readonly JsonValue[], spot: Spot): JsonValue {
  const { making, current, depth } = spot;
  if (making.left <= 0 || depth > DEEPEST) return null;
  const conjunction = takeApart(schemas, making.open);
  const opened = conjunction.parts.filter((part) => !current.has(part));
  for (const part of opened) current.add(part);
  const example = firstFitting(conjunction, spot);
  for (const part of opened) current.delete(part);
  return example;
}

function firstFitting(conjunction: Conjunction, spot: Spot): JsonValue {
  const { making } = spot;
  let first: JsonValue | undefined;
  for (const value of proposals(conjunction, spot)) {
    if (fitsAll(conjunction.parts, value, making)) return value;
    first ??= value;
    if (making.left-- <= 0) break;
  }
  return first ?? null;
}

/**
 * What the schemas give, then what they speak of, with all of its parts; then with as few of them as there may be; then
 * anything that they do not speak of.
 */
function* proposals(conjunction: Conjunction, spot: Spot): Generator<JsonValue> {
  const chosen = () => choices(conjunction, { spot, taken: new Set() });
  for (const choice of chosen()) {
    yield* givenValues(choice, spot);
    yield* valuesOf(choice, likelyTypes(choice), spot);
  }
  for (const choice of chosen()) yield* valuesOf(choice, likelyTypes(choice), { ...spot, isSparse: true });
  for (const choice of chosen()) yield* valuesOf(choice, plainTypes, spot);
}

/** What the schemas themselves give. */
function* givenValues({ parts }: Conjunction, { variant }: Spot): Generator<JsonValue> {
  for (const { const: constant, enum: values } of parts) {
    if (constant !== undefined) yield constant;
    yield* [...listOf(values).slice(variant), ...listOf(values)];
  }
  for (const { default: value, examples } of parts) {
    if (value !== undefined && variant === 0) yield value;
    yield* listOf(examples).slice(variant);
  }
}

interface Choosing {
  readonly spot: Spot;
  /** Alternatives that were chosen from. */
  readonly taken: ReadonlySet<JsonValue>;
}

/** The schemas together with one of each of their alternatives; then with what their conditions add. */
function* choices(conjunction: Conjunction, { spot, taken }: Choosing): Generator<Conjunction> {
  const { making } = spot;
  if (making.left-- <= 0) return;
  const groups = conjunction.parts.flatMap(({ anyOf, oneOf }) => [anyOf, oneOf].filter(isJsonList));
  const group = groups.find((alternatives) => !taken.has(alternatives));
  if (group !== undefined && taken.size < DEEPEST_CHOICE) {
    for (const alternative of endlessLast(group, spot))
      yield* choices(takeApart([...conjunction.parts, alternative], making.open), {
        spot,
        taken: new Set([...taken, group]),
      });
    return;
  }
  yield conjunction;
  for (const { if: condition, then, else: otherwise } of conjunction.parts) {
    if (condition === undefined) continue;
    yield takeApart([...conjunction.parts, condition, then ?? true], making.open);
    yield takeApart([...conjunction.parts, otherwise ?? true], making.open);
  }
}

/** Alternatives that begin a recursion are tried after those that end it. */
function endlessLast(alternatives: readonly JsonValue[], spot: Spot): readonly JsonValue[] {
  return [...alternatives].sort((one, other) => Number(isRecursion([one], spot)) - Number(isRecursion([other], spot)));
}

/** Keywords that tell which type is meant where none is named. */
const hints: readonly (readonly [string, readonly string[]])[] = [
  ['object', ['properties', 'required', 'minProperties', 'patternProperties']],
  ['array', ['items', 'prefixItems', 'contains', 'minItems']],
  ['string', ['minLength', 'pattern', 'format', 'maxLength']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

const plainTypes = ['string', 'number', 'boolean', 'object', 'array', 'null'];

const withoutInteger = (type: string) => (type === 'integer' ? 'number' : type);

/** Types that the schemas name or speak of, null last. */
function likelyTypes({ parts }: Conjunction): readonly string[] {
  const named = parts.flatMap(({ type }) => (typeof type === 'string' ? [type] : textsOf(type)));
  const hinted = hints.filter(([, keywords]) =>
    parts.some((part) => keywords.some((name) => Object.hasOwn(part, name))),
  );
  const types = [...new Set([...named, ...hinted.map(([type]) => type)].map(withoutInteger))];
  return [...types.filter((type) => type !== 'null'), ...types.filter((type) => type === 'null')];
}

function* valuesOf(conjunction: Conjunction, types: readonly string[], spot: Spot): Generator<JsonValue> {
  const possible = new Set([...possibleTypes(conjunction)].map(withoutInteger));
  for (const type of types) if (possible.has(type)) yield* valuesOfType(type, conjunction, spot);
}

function valuesOfType(type: string, conjunction: Conjunction, spot: Spot): Iterable<JsonValue> {
  const { parts } = conjunction;
  switch (type) {
    case 'string':
      return exampleTexts(parts, spot.variant);
    case 'number':
      return exampleNumbers(parts, spot.variant);
    case 'boolean':
      return spot.variant % 2 === 0 ? [true, false] : [false, true];
    case 'array':
      return exampleLists(conjunction, spot);
    case 'object':
      return [exampleObject(conjunction, spot)];
    default:
      return [null];
  }
}
