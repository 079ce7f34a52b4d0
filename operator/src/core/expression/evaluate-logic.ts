import type { ASTNode } from '@marcbachmann/cel-js';
import { evaluateAt, type NodeOf, type Place } from './evaluation.ts';
import { costs } from './evaluation-budget.ts';
import { ExpressionFailure, failed } from './expression-failure.ts';
import { typeOf, type Value } from './expression-value.ts';

/** `condition ? one : other`, of which only the one that is chosen is evaluated. */
export function evaluateChoice(node: NodeOf<'?:'>, place: Place): Value {
  const [condition, one, other] = node.args;
  return evaluateAt(place, evaluateTruth(condition, place) ? one : other);
}

/** `!operand` */
export function evaluateNot(node: NodeOf<'!_'>, place: Place): boolean {
  return !evaluateTruth(node.args, place);
}

/** `left || right`: true when either is, also when the other one fails. */
export function evaluateOr(node: NodeOf<'||'>, place: Place): boolean {
  return evaluateLogic(node, true, place);
}

/** `left && right`: false when either is, also when the other one fails. */
export function evaluateAnd(node: NodeOf<'&&'>, place: Place): boolean {
  return evaluateLogic(node, false, place);
}

/** The value of a node that must be true or false. */
export function evaluateTruth(node: ASTNode, place: Place): boolean {
  const value = evaluateAt(place, node);
  if (typeof value === 'boolean') return value;
  throw failed(node, `expected true or false, found a value of type ${typeOf(value)}`);
}

/** The value of a node that must be true or false, or why it has none. */
export function tryTruth(node: ASTNode, place: Place): boolean | ExpressionFailure {
  try {
    return evaluateTruth(node, place);
  } catch (error) {
    if (!(error instanceof ExpressionFailure)) throw error;
    // When the budget is spent, this fails as well, so that nothing goes on.
    place.evaluation.budget.spend(costs.failure, node);
    return error;
  }
}

/** CEL's logic takes operands in any order: one that decides wins over another one that fails. */
function evaluateLogic(node: NodeOf<'||' | '&&'>, deciding: boolean, place: Place): boolean {
  const left = tryTruth(node.args[0], place);
  if (left === deciding) return deciding;
  const right = evaluateTruth(node.args[1], place);
  if (right === deciding || typeof left === 'boolean') return right;
  throw left;
}
