import type { JsonObject, JsonValue } from '../../api/json.ts';
import { identityOf } from './compare-values.ts';
import { Evaluation, EvaluationLimit, type StepBudget } from './evaluation.ts';
import { fitsAll } from './fits-all.ts';
import { isJsonList, keywordShapes } from './keyword-shapes.ts';
import { schemaLimits } from './limits.ts';
import { fieldOf, itemOf, listedFields, type PartOf, requiredFields } from './part-of.ts';
import { possibleTypes } from './schema-types.ts';
import { type Conjunction, type OpenSchema, openSchema, takeApart } from './take-apart.ts';

/** Whether what one schema describes fits another: always, never, or nobody can tell before the value is there. */
export type Assignability = true | false | 'unknown';

/** Pairs of schemas that are compared at most, and levels. */
const MOST_PAIRS = 2000;
const DEEPEST = 24;
/** Steps that comparing two schemas takes beside what is inside them, and looking for a field in both. */
const STEPS_OF_A_PAIR = 40;
const STEPS_OF_A_FIELD = 5;

/**
 * Whether values that fit `from` fit `to`. True only when all do, false only when none does (an empty list aside, which
 * fits any list). Comparisons that share a budget are bounded together, too.
 */
export function isAssignable(from: JsonObject, to: JsonObject, shared?: StepBudget): Assignability {
  const [source, target] = [openSchema(from, shared), openSchema(to, shared)];
  if (source === undefined || target === undefined) return 'unknown';
  if (from === to || identityOf(from) === identityOf(to)) return true;
  const tracksSeen = source.tracksSeen || target.tracksSeen;
  const evaluation = new Evaluation(tracksSeen, schemaLimits.exampleSteps, shared);
  try {
    return compare({ from: [from], to: [to], depth: 0 }, { source, target, evaluation, left: MOST_PAIRS });
  } catch (error) {
    if (!(error instanceof EvaluationLimit)) throw error;
    return 'unknown';
  }
}

interface Comparison {
  readonly source: OpenSchema;
  readonly target: OpenSchema;
  readonly evaluation: Evaluation;
  left: number;
}

/** Schemas that a value fits, and schemas that it would have to fit. */
interface Pair {
  readonly from: readonly JsonValue[];
  readonly to: readonly JsonValue[];
  readonly depth: number;
}

/** The same, taken apart. */
interface OpenPair {
  readonly from: Conjunction;
  readonly to: Conjunction;
  readonly depth: number;
}

function compare({ from, to, depth }: Pair, comparison: Comparison): Assignability {
  if (comparison.left-- <= 0 || depth > DEEPEST) return 'unknown';
  comparison.evaluation.spend(STEPS_OF_A_PAIR);
  const { source, target } = comparison;
  const pair = { from: takeApart(from, source), to: takeApart(to, target), depth };
  if (pair.from.isNever) return true;
  if (pair.to.isNever) return false;
  return compareValues(pair, comparison) ?? compareAlternatives(pair, comparison) ?? compareSingle(pair, comparison);
}

/** Where all values are listed, each is tried. */
function compareValues({ from, to }: OpenPair, { source, target, evaluation }: Comparison): Assignability | undefined {
  const listed = from.parts.find((part) => part['const'] !== undefined || isJsonList(part['enum']));
  if (listed === undefined) return undefined;
  const values =
    listed['const'] === undefined && isJsonList(listed['enum']) ? listed['enum'] : [listed['const'] ?? null];
  const possible = values.filter((value) => fitsAll(from.parts, value, { open: source, evaluation }));
  return allOrNone(possible.map((value) => fitsAll(to.parts, value, { open: target, evaluation })));
}

/** Whatever alternative the value fits, it has to do. */
function compareAlternatives({ from, to, depth }: OpenPair, comparison: Comparison): Assignability | undefined {
  const rest = from.parts.map(withoutAlternatives);
  const verdicts = alternativesOf(from).map((alternatives) =>
    allOrNone(
      alternatives.map((each) => compare({ from: [...rest, each], to: to.parts, depth: depth + 1 }, comparison)),
    ),
  );
  return verdicts.find((verdict) => verdict !== 'unknown') ?? (verdicts.length === 0 ? undefined : 'unknown');
}

/** A value without alternatives: its type decides, then what it is made of, then what else is asked of it. */
function compareSingle(pair: OpenPair, comparison: Comparison): Assignability {
  const from = possibleTypes(pair.from);
  const to = possibleTypes(pair.to);
  const common = [...from].filter((type) => to.has(type));
  if (common.length === 0) return from.size === 0;
  const verdicts: Assignability[] = [
    common.length === from.size ? true : 'unknown',
    compareToAlternatives(pair, comparison),
  ];
  if (common.includes('object')) verdicts.push(ofOneType(compareFields(pair, comparison), common));
  if (common.includes('array')) verdicts.push(ofOneType(compareItems(pair, comparison), common));
  if (!asksNoMore(pair)) verdicts.push('unknown');
  return together(verdicts);
}

/** That a value does not fit as one type says nothing of the others that it may have. */
const ofOneType = (verdict: Assignability, types: readonly string[]): Assignability =>
  verdict === false && types.length > 1 ? 'unknown' : verdict;

function compareToAlternatives({ from, to, depth }: OpenPair, comparison: Comparison): Assignability {
  const verdicts = alternativesOf(to).map((alternatives): Assignability => {
    const each = alternatives.map((to) => compare({ from: from.parts, to: [to], depth: depth + 1 }, comparison));
    if (each.every((verdict) => verdict === false)) return false;
    const others = each.filter((verdict) => verdict !== false);
    return others.length === 1 && others[0] === true ? true : 'unknown';
  });
  return together(verdicts);
}

function compareFields(pair: OpenPair, comparison: Comparison): Assignability {
  const given = requiredFields(pair.from);
  const needed = requiredFields(pair.to);
  const names = new Set([...listedFields(pair.from), ...listedFields(pair.to), ...given, ...needed]);
  if (names.size > MOST_PAIRS) return 'unknown';
  comparison.evaluation.spend(names.size * STEPS_OF_A_FIELD);
  return together(Array.from(names, (name) => compareField(name, { ...pair, given, needed }, comparison)));
}

interface FieldsPair extends OpenPair {
  /** Fields that are there for certain. */
  readonly given: ReadonlySet<string>;
  /** Fields that have to be there. */
  readonly needed: ReadonlySet<string>;
}

function compareField(
  name: string,
  { from, to, depth, given, needed }: FieldsPair,
  comparison: Comparison,
): Assignability {
  const source = fieldOf(from, name, comparison.source);
  const target = fieldOf(to, name, comparison.target);
  if ('missing' in source) return isClosed(from) ? !needed.has(name) : 'unknown';
  const isThere = given.has(name);
  if ('missing' in target) return !isClosed(to) || (isThere ? false : 'unknown');
  const verdict = compare({ from: schemasOf(source), to: schemasOf(target), depth: depth + 1 }, comparison);
  if (isThere) return verdict;
  if (needed.has(name)) return verdict === false ? false : 'unknown';
  return verdict === false ? 'unknown' : verdict;
}

const schemasOf = (part: PartOf) => ('schemas' in part ? part.schemas : []);

function compareItems({ from, to, depth }: OpenPair, comparison: Comparison): Assignability {
  const source = itemOf(from, undefined, comparison.source);
  const target = itemOf(to, undefined, comparison.target);
  if (!('schemas' in target)) return hasPrefix(to) ? 'unknown' : true;
  return compare({ from: schemasOf(source), to: target.schemas, depth: depth + 1 }, comparison);
}

const hasPrefix = ({ parts }: Conjunction) => parts.some((part) => part['prefixItems'] !== undefined);

const isClosed = ({ parts }: Conjunction) =>
  parts.some((part) => part['additionalProperties'] === false || part['unevaluatedProperties'] === false);

/** Keywords whose demands are followed above; others are met for certain only where both schemas have the same. */
const followed: ReadonlySet<string> = new Set([
  ...['$ref', '$defs', 'definitions', '$id', '$anchor', '$dynamicAnchor', 'allOf', 'anyOf', 'oneOf'],
  ...['type', 'properties', 'required', 'items', 'prefixItems'],
]);

/** Keywords whose demands depend on what stands beside them. */
const entangled: ReadonlySet<string> = new Set([
  ...['contains', 'minContains', 'maxContains', 'if', 'then', 'else'],
  ...['unevaluatedItems', 'unevaluatedProperties', '$dynamicRef'],
]);

function asksNoMore({ from, to }: OpenPair): boolean {
  return to.parts.every((part) =>
    Object.entries(part).every(([keyword, argument]) => {
      if (followed.has(keyword) || !keywordShapes.has(keyword)) return true;
      if (entangled.has(keyword)) return false;
      const identity = identityOf(argument);
      return from.parts.some((other) => other[keyword] !== undefined && identityOf(other[keyword]) === identity);
    }),
  );
}

function alternativesOf({ parts }: Conjunction): readonly (readonly JsonValue[])[] {
  return parts.flatMap(({ anyOf, oneOf }) => [anyOf, oneOf].filter(isJsonList));
}

/** A schema without what was taken out of it. */
function withoutAlternatives(part: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(part).filter(([keyword]) => !takenOut.has(keyword)));
}

const takenOut: ReadonlySet<string> = new Set(['$ref', 'allOf', 'anyOf', 'oneOf']);

/** The verdict of parts that must all fit. */
function together(verdicts: readonly Assignability[]): Assignability {
  if (verdicts.includes(false)) return false;
  return verdicts.includes('unknown') ? 'unknown' : true;
}

/** The verdict of alternatives of which any may be there. */
function allOrNone(verdicts: readonly Assignability[]): Assignability {
  if (verdicts.every((verdict) => verdict === true)) return true;
  return verdicts.every((verdict) => verdict === false) ? false : 'unknown';
}
