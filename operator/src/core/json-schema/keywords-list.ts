import type { JsonObject, JsonValue } from '../../api/json.ts';
import { identityWithin } from './compare-values.ts';
import { type Evaluation, type Place, placeBelow } from './evaluation.ts';
import { isJsonList } from './keyword-shapes.ts';
import { type Check, evaluate, type Keyword, type SchemaBuilder, type SchemaNode } from './schema-node.ts';
import { listOf } from './keyword-arguments.ts';

/** Keywords for lists; values of other types pass them. */
export const keywordsForLists: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['prefixItems', prefixItems],
  ['items', items],
  ['contains', contains],
  ['minItems', size('minItems', 'at least', (length, limit) => length >= limit)],
  ['maxItems', size('maxItems', 'at most', (length, limit) => length <= limit)],
  ['uniqueItems', uniqueItems],
]);

function prefixItems(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const nodes = listOf(argument).map((schema) => builder.node(schema));
  return onList((place, list, evaluation) =>
    every(list.slice(0, nodes.length), evaluation, (item, index) => {
      const node = nodes[index];
      return node === undefined || isItemFit({ node, place, index }, item, evaluation);
    }),
  );
}

function items(argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  const before = listOf(schema['prefixItems']).length;
  return onList((place, list, evaluation) => {
    if (node.isNever && list.length > before)
      return evaluation.report(place, 'items', `must have at most ${before} ${plural(before)}, has ${list.length}`);
    return every(
      list,
      evaluation,
      (item, index) => index < before || isItemFit({ node, place, index }, item, evaluation),
    );
  });
}

function contains(argument: JsonValue, schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  const least = typeof schema['minContains'] === 'number' ? schema['minContains'] : 1;
  const most = typeof schema['maxContains'] === 'number' ? schema['maxContains'] : Number.POSITIVE_INFINITY;
  return onList((place, list, evaluation) => {
    const fitting = evaluation.silently(() => countFitting(node, { place, list }, evaluation));
    if (fitting >= least && fitting <= most) return true;
    const bounds = fitting < least ? `at least ${least} ${plural(least)}` : `at most ${most} ${plural(most)}`;
    return evaluation.report(
      place,
      'contains',
      `must have ${bounds} of the kind that \`contains\` describes, has ${fitting}`,
    );
  });
}

function countFitting(
  node: SchemaNode,
  { place, list }: { readonly place: Place; readonly list: readonly JsonValue[] },
  evaluation: Evaluation,
): number {
  let count = 0;
  for (const [index, item] of list.entries()) {
    if (!evaluate(node, placeBelow(place, index, item, evaluation), evaluation)) continue;
    place.seen?.indexes.add(index);
    count++;
  }
  return count;
}

function size(name: string, words: string, holds: (length: number, limit: number) => boolean): Keyword {
  return (argument) => {
    const limit = Number(argument);
    return onList((place, list, evaluation) => {
      if (holds(list.length, limit)) return true;
      return evaluation.report(place, name, wrongSize(list.length, words, limit));
    });
  };
}

function wrongSize(length: number, words: string, limit: number): string {
  return length === 0 ? 'must not be empty' : `must have ${words} ${limit} ${plural(limit)}, has ${length}`;
}

const plural = (count: number) => (count === 1 ? 'item' : 'items');

function uniqueItems(argument: JsonValue): Check | undefined {
  if (argument !== true) return undefined;
  return onList((place, list, evaluation) => {
    const first = new Map<string, number>();
    return every(list, evaluation, (item, index) => {
      const identity = identityWithin(item, evaluation);
      const before = first.get(identity);
      if (before === undefined) first.set(identity, index);
      if (before === undefined) return true;
      return evaluation.report(place, 'uniqueItems', () => ({
        below: [index],
        message: `is the same as item ${before} of the list; each may stand in it once`,
      }));
    });
  });
}

/** What no other keyword of the schema, nor of those it applies in place, has looked at. */
export function unevaluatedItems(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check {
  const node = builder.node(argument);
  return onList((place, list, evaluation) =>
    every(
      list,
      evaluation,
      (item, index) => place.seen?.indexes.has(index) === true || isItemFit({ node, place, index }, item, evaluation),
    ),
  );
}

interface ItemPlace {
  readonly node: SchemaNode;
  readonly place: Place;
  readonly index: number;
}

function isItemFit({ node, place, index }: ItemPlace, item: JsonValue, evaluation: Evaluation): boolean {
  place.seen?.indexes.add(index);
  return evaluate(node, placeBelow(place, index, item, evaluation), evaluation);
}

function onList(check: (place: Place, list: readonly JsonValue[], evaluation: Evaluation) => boolean): Check {
  return (place, evaluation) => !isJsonList(place.value) || check(place, place.value, evaluation);
}

/** Looks at each item, or up to the first that does not fit where only the answer counts. */
function every(
  list: readonly JsonValue[],
  evaluation: Evaluation,
  holds: (item: JsonValue, index: number) => boolean,
): boolean {
  let all = true;
  for (const [index, item] of list.entries()) {
    evaluation.spend(1);
    if (holds(item, index)) continue;
    all = false;
    if (evaluation.isSilent) break;
  }
  return all;
}
