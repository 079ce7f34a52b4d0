import type { ASTNode } from '@marcbachmann/cel-js';
import { fieldMissing, indexMissing } from '../template/resolution-problems.ts';
import { evaluateAt, type NodeOf, type Place } from './evaluation.ts';
import { ExpressionFailure } from './expression-failure.ts';
import {
  asMapKey,
  entryOf,
  isList,
  isMap,
  itemAt,
  keysOf,
  lengthOf,
  type ListValue,
  typeOf,
  type Value,
} from './expression-value.ts';
import { doesNotFit } from './library-call.ts';

/** `value.name` */
export function evaluateField(node: NodeOf<'.'>, place: Place): Value {
  const [base, name] = node.args;
  const value = evaluateAt(place, base);
  const field = isMap(value) ? entryOf(value, name) : undefined;
  if (field === undefined) throw missing({ name, value, base, node }, place);
  return field;
}

/** `value[index]`: an item of a list, or an entry of a map. */
export function evaluateIndex(node: NodeOf<'[]'>, place: Place): Value {
  const [base, index] = node.args;
  const value = evaluateAt(place, base);
  const key = evaluateAt(place, index);
  const position = asMapKey(key);
  if (isList(value) && typeof position === 'bigint') return itemOf(value, Number(position), node, place);
  if (!isMap(value) || position === undefined) throw doesNotFit([value, key], node);
  const entry = entryOf(value, position);
  if (entry === undefined) throw missing({ name: String(position), value, base, node }, place);
  return entry;
}

/** `has(value.name)`: whether the field is there, null included. Fails when the value itself is not. */
export function evaluateHas(node: NodeOf<'.'>, place: Place): boolean {
  const [base, name] = node.args;
  const value = evaluateAt(place, base);
  return isMap(value) && entryOf(value, name) !== undefined;
}

function itemOf(list: ListValue, index: number, node: NodeOf<'[]'>, { evaluation }: Place): Value {
  const item = itemAt(list, index);
  if (item !== undefined) return item;
  const describe = () => indexMissing(index, lengthOf(list), evaluation.describe(node.args[0]) ?? 'the list');
  throw new ExpressionFailure(node, describe);
}

interface Missing {
  readonly name: string;
  /** What should have it, and where in the expression that is. */
  readonly value: Value;
  readonly base: ASTNode;
  readonly node: ASTNode;
}

function missing({ name, value, base, node }: Missing, { evaluation }: Place): ExpressionFailure {
  return new ExpressionFailure(node, () => {
    const where = evaluation.describe(base) ?? 'the value';
    const found = isMap(value) ? { fields: keysOf(value).map(String) } : { type: typeInJson(value) };
    return fieldMissing(name, where, found);
  });
}

const typeInJson = (value: Value) => jsonTypes.get(typeOf(value)) ?? typeOf(value);

/** JSON's names of types, as messages about templates have them too. */
const jsonTypes = new Map([
  ['int', 'number'],
  ['double', 'number'],
  ['bool', 'boolean'],
  ['list', 'array'],
]);
