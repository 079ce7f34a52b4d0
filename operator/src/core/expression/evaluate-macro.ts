import type { ASTNode } from '@marcbachmann/cel-js';
import { evaluateAt, type NodeOf, type Place, withName } from './evaluation.ts';
import { evaluateTruth, tryTruth } from './evaluate-logic.ts';
import { costs } from './evaluation-budget.ts';
import type { ExpressionFailure } from './expression-failure.ts';
import { isList, isMap, itemAt, keysOf, lengthOf, MadeList, type Value } from './expression-value.ts';
import { doesNotFit } from './library-call.ts';
import { isBind } from './syntax-tree.ts';

/** A macro over the items of a list, or the keys of a map, or `cel.bind`. */
export function evaluateMacro(node: NodeOf<'rcall'>, place: Place): Value {
  const [name, receiver, [variable, ...body]] = node.args;
  const itemName = variable?.op === 'id' ? variable.args : '';
  if (isBind(name, receiver)) return evaluateBind(itemName, body, place);
  const range = evaluateAt(place, receiver);
  const macro = macros.get(name);
  if (macro === undefined || !(isList(range) || isMap(range))) throw doesNotFit([range], node);
  return macro({ items: itemsOf(range, node, place), itemName, body, place });
}

interface Iteration {
  readonly items: Iterable<Value>;
  readonly itemName: string;
  /** What is evaluated for each item. */
  readonly body: readonly ASTNode[];
  readonly place: Place;
}

const macros: ReadonlyMap<string, (iteration: Iteration) => Value> = new Map<string, (iteration: Iteration) => Value>([
  ['all', (iteration) => decide(iteration, false)],
  ['exists', (iteration) => decide(iteration, true)],
  ['exists_one', (iteration) => keep(iteration).items.length === 1],
  ['filter', keep],
  ['map', transform],
]);

function evaluateBind(name: string, [value, expression]: readonly ASTNode[], place: Place): Value {
  if (value === undefined || expression === undefined) return null;
  return evaluateAt(withName(place, name, evaluateAt(place, value)), expression);
}

/** An item that decides wins over others that fail. */
function decide({ items, itemName, body: [condition], place }: Iteration, deciding: boolean): boolean {
  let failure: ExpressionFailure | undefined;
  for (const item of items) {
    if (condition === undefined) break;
    const truth = tryTruth(condition, withName(place, itemName, item));
    if (truth === deciding) return deciding;
    if (typeof truth !== 'boolean') failure ??= truth;
  }
  if (failure !== undefined) throw failure;
  return !deciding;
}

function keep({ items, itemName, body: [condition], place }: Iteration): MadeList {
  const kept: Value[] = [];
  for (const item of items) {
    if (condition !== undefined && evaluateTruth(condition, withName(place, itemName, item))) kept.push(item);
  }
  return new MadeList(kept);
}

/** `map(item, value)` or `map(item, condition, value)` */
function transform({ items, itemName, body, place }: Iteration): MadeList {
  const [first, second] = body;
  const [condition, value] = second === undefined ? [undefined, first] : [first, second];
  const made: Value[] = [];
  for (const item of items) {
    const inside = withName(place, itemName, item);
    const isWanted = condition === undefined || evaluateTruth(condition, inside);
    if (isWanted && value !== undefined) made.push(evaluateAt(inside, value));
  }
  return new MadeList(made);
}

function* itemsOf(range: Value, node: ASTNode, { evaluation }: Place): Generator<Value> {
  if (isList(range)) {
    for (let index = 0; index < lengthOf(range); index += 1) yield itemAt(range, index) ?? null;
  } else if (isMap(range)) {
    const keys = keysOf(range);
    evaluation.budget.spend(keys.length * costs.key, node);
    yield* keys;
  }
}
