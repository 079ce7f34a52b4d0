import type { JsonObject, JsonValue } from '../../api/json.ts';
import { numbersAt } from './example-scalars.ts';
import { isRecursion, type Spot } from './example-spot.ts';
import { fieldOf, itemOf, listedFields, requiredFields } from './part-of.ts';
import { type Conjunction, takeApart } from './take-apart.ts';
import { listOf, mapOf, ownValue, textsOf } from './keyword-arguments.ts';

/** Items or fields of one example at most. */
const MOST_PARTS = 1000;

/** Lists that may fit some schemas, the one with an item for each of their parts first. */
export function* exampleLists(conjunction: Conjunction, spot: Spot): Generator<JsonValue> {
  const { parts } = conjunction;
  const prefix = Math.max(0, ...parts.map(({ prefixItems }) => listOf(prefixItems).length));
  const contained = parts.flatMap(containedBy).slice(0, MOST_PARTS);
  const least = Math.max(0, ...numbersAt(parts, 'minItems'), contained.length);
  const most = Math.min(...numbersAt(parts, 'maxItems'), MOST_PARTS);
  const full = Math.max(least, prefix + contained.length, 1);
  const isEndless = isRecursion(saidOfItem(conjunction, prefix, spot), spot);
  const sizes = spot.isSparse ? [least, 0] : isEndless ? [Math.max(least, prefix)] : [full];
  for (const size of new Set(sizes.map((each) => Math.min(each, most))))
    yield exampleList(size, { conjunction, prefix, contained, spot });
}

interface ListParts {
  readonly conjunction: Conjunction;
  /** Items that have schemas of their own. */
  readonly prefix: number;
  /** Schemas of items that have to be there, behind these. */
  readonly contained: readonly JsonValue[];
  readonly spot: Spot;
}

function exampleList(size: number, { conjunction, prefix, contained, spot }: ListParts): JsonValue {
  return Array.from({ length: size }, (_, index) => {
    const required = contained[index - Math.min(prefix, size - contained.length)];
    const schemas = [...saidOfItem(conjunction, index, spot), ...(required === undefined ? [] : [required])];
    return spot.making.exampleFor(schemas, {
      ...spot,
      depth: spot.depth + 1,
      variant: spot.variant + index,
      isSparse: false,
    });
  });
}

function saidOfItem(conjunction: Conjunction, index: number, { making }: Spot): readonly JsonValue[] {
  const said = itemOf(conjunction, index, making.open);
  return 'schemas' in said ? said.schemas : [];
}

function containedBy({ contains, minContains: least = 1 }: JsonObject): readonly JsonValue[] {
  if (contains === undefined || typeof least !== 'number') return [];
  return Array.from({ length: Math.min(least, MOST_PARTS) }, () => contains);
}

/** An object that may fit some schemas: with all fields that are listed, or with those alone that have to be there. */
export function exampleObject(conjunction: Conjunction, spot: Spot): JsonValue {
  const needed = neededFields(conjunction);
  if (spot.isSparse) return objectOf(conjunction, needed, spot);
  const names = [...new Set([...listedFields(conjunction), ...needed])];
  const whole = takeApart([...conjunction.parts, ...dependentSchemas(conjunction, names)], spot.making.open);
  return objectOf(whole, new Set([...listedFields(whole), ...neededFields(whole)]), spot);
}

function objectOf(conjunction: Conjunction, names: ReadonlySet<string>, spot: Spot): JsonValue {
  const { making, depth } = spot;
  const required = neededFields(conjunction);
  const fields = new Map<string, readonly JsonValue[]>();
  for (const name of names) {
    const said = fieldOf(conjunction, name, making.open);
    const schemas = 'schemas' in said ? said.schemas : [];
    const mayBeLeftOut = isRecursion(schemas, spot) || takeApart(schemas, making.open).isNever;
    if (required.has(name) || !mayBeLeftOut) fields.set(name, schemas);
  }
  const kept = ofTheRightNumber(fields, conjunction, spot);
  return Object.fromEntries(
    kept.map(([name, schemas]) => [name, making.exampleFor(schemas, { ...spot, depth: depth + 1, isSparse: false })]),
  );
}

type Fields = ReadonlyMap<string, readonly JsonValue[]>;

/** Further fields when there have to be more than are listed; the required ones alone when there may not be so many. */
function ofTheRightNumber(fields: Fields, conjunction: Conjunction, { making }: Spot) {
  const { least, most } = sizeOf(conjunction);
  const required = neededFields(conjunction);
  const byNeed = [...fields.keys()].sort((one, other) => Number(required.has(other)) - Number(required.has(one)));
  const kept = new Set(byNeed.slice(0, most));
  const entries = [...fields].filter(([name]) => kept.has(name));
  for (let index = 1; entries.length < least && index <= MOST_PARTS; index++) {
    const name = `field${index}`;
    const said = fieldOf(conjunction, name, making.open);
    if (!fields.has(name)) entries.push([name, 'schemas' in said ? said.schemas : []]);
  }
  return entries;
}

function sizeOf({ parts }: Conjunction): { readonly least: number; readonly most: number } {
  const least = Math.min(Math.max(0, ...numbersAt(parts, 'minProperties')), MOST_PARTS);
  return { least, most: Math.min(...numbersAt(parts, 'maxProperties'), MOST_PARTS) };
}

/** What has to be there, and what has to be there beside it when all that is listed is. */
function neededFields(conjunction: Conjunction): ReadonlySet<string> {
  const needed = new Set(requiredFields(conjunction));
  for (const { dependentRequired } of conjunction.parts)
    for (const name of [...needed, ...listedFields(conjunction)])
      for (const other of textsOf(ownValue(mapOf(dependentRequired), name))) needed.add(other);
  return needed;
}

function dependentSchemas({ parts }: Conjunction, names: readonly string[]): readonly JsonValue[] {
  return parts
    .flatMap(({ dependentSchemas: schemas }) => names.map((name) => ownValue(mapOf(schemas), name)))
    .filter((schema) => schema !== undefined);
}
