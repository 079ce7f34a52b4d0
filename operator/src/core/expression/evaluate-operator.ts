import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import { evaluateAt, type NodeOf, type Place } from './evaluation.ts';
import { costs, type EvaluationBudget } from './evaluation-budget.ts';
import { calculateNumber } from './calculate-number.ts';
import { areEqual, isIn } from './equality.ts';
import { failed } from './expression-failure.ts';
import { isList, isNumber, itemAt, lengthOf, type ListValue, MadeList, type Value } from './expression-value.ts';
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
      return calculate(node, [left, right], place.evaluation.budget);
  }
}

/** The value of `-operand`. */
export function evaluateNegation(node: NodeOf<'-_'>, place: Place): Value {
  const operand = evaluateAt(place, node.args);
  if (typeof operand === 'number') return -operand;
  place.evaluation.budget.spend(costs.call, node);
  const negated = callLibrary('-a0', [operand], node);
  if (typeof negated === 'bigint' && negated >= 2n ** 63n) throw failed(node, `integer overflow: ${negated}`);
  return negated;
}

function calculate(node: NodeOf<BinaryOperator>, operands: readonly [Value, Value], budget: EvaluationBudget): Value {
  const [left, right] = operands;
  if (isNumber(left) && isNumber(right)) {
    const calculated = calculateNumber(node.op, left, right);
    if (calculated !== undefined) return calculated;
  }
  if (node.op === '+' && isList(left) && isList(right)) return joinLists(left, right, node, budget);
  budget.spend(costs.call, node);
  for (const operand of operands) budget.spendOnText(operand, node);
  return callLibrary(`a0 ${node.op} a1`, operands, node);
}

function joinLists(left: ListValue, right: ListValue, node: ASTNode, budget: EvaluationBudget): MadeList {
  budget.spend(lengthOf(left) + lengthOf(right), node);
  return new MadeList([left, right].flatMap(itemsOf));
}

/** The items of a list, as values. */
function itemsOf(list: ListValue): readonly Value[] {
  return list instanceof MadeList ? list.items : Array.from(list, (_, index) => itemAt(list, index) ?? null);
}
