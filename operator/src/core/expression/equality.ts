import type { ASTNode } from '@marcbachmann/cel-js';
import { costs, type EvaluationBudget } from './evaluation-budget.ts';
import { failed } from './expression-failure.ts';
import {
  asMapKey,
  entryOf,
  ForeignValue,
  isList,
  isMap,
  isNumber,
  itemAt,
  keysOf,
  lengthOf,
  type ListValue,
  type MapValue,
  typeOf,
  type Value,
} from './expression-value.ts';
import { callLibrary, doesNotFit } from './library-call.ts';

/** Where a comparison takes place, and what it may cost. */
export interface Comparison {
  readonly node: ASTNode;
  readonly budget: EvaluationBudget;
}

/** Lists and objects in each other that a comparison goes into. */
const DEEPEST = 200;

/**
 * Equality of CEL: numbers by what they are worth, whether int or double; lists and maps by all that is in them; values of
 * different types are not equal.
 */
export function areEqual(left: Value, right: Value, comparison: Comparison, depth = 0): boolean {
  const { node, budget } = comparison;
  budget.spend(1, node);
  if (left === right) return true;
  if (depth > DEEPEST) throw failed(node, 'values that are nested so deeply cannot be compared');
  if (isList(left) && isList(right)) return areListsEqual(left, right, comparison, depth + 1);
  if (isMap(left) && isMap(right)) return areMapsEqual(left, right, comparison, depth + 1);
  return areSimpleEqual(left, right, comparison);
}

/** Whether a value is an item of a list, or a key of a map. */
export function isIn(value: Value, container: Value, comparison: Comparison): boolean {
  if (isMap(container)) {
    const key = asMapKey(value);
    return key !== undefined && entryOf(container, key) !== undefined;
  }
  if (!isList(container)) throw doesNotFit([value, container], comparison.node);
  for (let index = 0; index < lengthOf(container); index += 1) {
    if (areEqual(value, itemAt(container, index) ?? null, comparison)) return true;
  }
  return false;
}

function areSimpleEqual(left: Value, right: Value, comparison: Comparison): boolean {
  if (typeof left === 'string' && typeof right === 'string') return areTextsEqual(left, right, comparison);
  if (isNumber(left) && isNumber(right)) return left == right;
  return areForeignEqual(left, right, comparison);
}

function areTextsEqual(left: string, right: string, { node, budget }: Comparison): boolean {
  if (left.length !== right.length) return false;
  budget.spendOnText(left, node);
  return left === right;
}

function areListsEqual(left: ListValue, right: ListValue, comparison: Comparison, depth: number): boolean {
  if (lengthOf(left) !== lengthOf(right)) return false;
  for (let index = 0; index < lengthOf(left); index += 1) {
    if (!areEqual(itemAt(left, index) ?? null, itemAt(right, index) ?? null, comparison, depth)) return false;
  }
  return true;
}

function areMapsEqual(left: MapValue, right: MapValue, comparison: Comparison, depth: number): boolean {
  const [keys, otherKeys] = [keysOf(left), keysOf(right)];
  comparison.budget.spend((keys.length + otherKeys.length) * costs.key, comparison.node);
  if (keys.length !== otherKeys.length) return false;
  return keys.every((key) => {
    const other = entryOf(right, key);
    return other !== undefined && areEqual(entryOf(left, key) ?? null, other, comparison, depth);
  });
}

/** Timestamps, durations, bytes, types, and unsigned integers, which may equal a number. */
function areForeignEqual(left: Value, right: Value, { node, budget }: Comparison): boolean {
  if (left instanceof ForeignValue && right instanceof ForeignValue) {
    if (typeOf(left) !== typeOf(right)) return false;
    budget.spendOnText(left, node);
    return callLibrary('a0 == a1', [left, right], node) === true;
  }
  const [one, other] = [asMapKey(left), asMapKey(right)];
  return typeof one === 'bigint' && one === other;
}
