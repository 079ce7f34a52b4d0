import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import { evaluateAt, type NodeOf, type Place } from './evaluation.ts';
import { costs, type EvaluationBudget } from './evaluation-budget.ts';
import { areEqual, isIn } from './equality.ts';
import { failed } from './expression-failure.ts';
import { isList, itemAt, lengthOf, type ListValue, MadeList, type Value } from './expression-value.ts';
import { callLibrary } from './library-call.ts';

/** The value of an operator with two operands. */
export function evaluateBinary(node: NodeOf<BinaryOperator>, place: Place): Value {
  const left = evaluateAt(place, node.args[0]);
  const right = evaluateAt(place, node.args[1]);
  const comparison = { node, budget: place.evaluation.budget };
  switch (node.op) {
    case '==':
      return areEqual(left, right, comparison);
    case '!=':
      return !areEqual(left, right, comparison);
    case 'in':
      return isIn(left, right, comparison);
    default:
      return calculate(node, node.op, [left, right], place.evaluation.budget);
  }
}

/** The value of `-operand`. */
export function evaluateNegation(node: NodeOf<'-_'>, place: Place): Value {
  const operand = evaluateAt(place, node.args);
  if (typeof operand === 'number') return -operand;
  place.evaluation.budget.spend(costs.call, node);
  const negated = callLibrary('-a0', [operand], node);
  if (typeof negated === 'bigint' && negated >= 2n ** 63n) throw failed(`integer overflow: ${negated}`, node);
  return negated;
}

type Calculation = Exclude<BinaryOperator, '==' | '!=' | 'in'>;

function calculate(
  node: ASTNode,
  operator: Calculation,
  operands: readonly [Value, Value],
  budget: EvaluationBudget,
): Value {
  const [left, right] = operands;
  if (isNumber(left) && isNumber(right) && !(typeof left === 'bigint' && typeof right === 'bigint')) {
    return onDoubles[operator](Number(left), Number(right));
  }
  if (operator === '+' && isList(left) && isList(right)) return joinLists(left, right, node, budget);
  budget.spend(costs.call, node);
  for (const operand of operands) budget.spendOnText(operand, node);
  return callLibrary(`a0 ${operator} a1`, operands, node);
}

const isNumber = (value: Value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** What the library lacks for an int and a double: both are taken as doubles. Comparison of the two is exact there. */
const onDoubles: Readonly<Record<Calculation, (left: number, right: number) => Value>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function joinLists(left: ListValue, right: ListValue, node: ASTNode, budget: EvaluationBudget): MadeList {
  budget.spend(lengthOf(left) + lengthOf(right), node);
  return new MadeList([left, right].flatMap(itemsOf));
}

/** The items of a list, as values. */
export function itemsOf(list: ListValue): readonly Value[] {
  return list instanceof MadeList ? list.items : Array.from(list, (_, index) => itemAt(list, index) ?? null);
}
