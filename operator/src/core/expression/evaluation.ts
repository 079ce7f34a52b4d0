import type { ASTNode, ASTOperator } from '@marcbachmann/cel-js';
import type { EvaluationBudget } from './evaluation-budget.ts';
import type { Value } from './expression-value.ts';
import type { Patterns } from './patterns.ts';

/** One evaluation of an expression. */
export interface Evaluation {
  readonly budget: EvaluationBudget;
  readonly patterns: Patterns;
  /** The value of any node. */
  evaluate(node: ASTNode, place: Place): Value;
  /** The value of a name that no macro gave; throws a failure when there is none. */
  valueOf(name: string, node: ASTNode): Value;
  /** How users call what a node stands for, for messages: `step 'a'`, `a.posts[0]`; undefined when it has no name. */
  describe(node: ASTNode): string | undefined;
}

/** The names that macros gave, the innermost first. */
export interface Frame {
  readonly name: string;
  readonly value: Value;
  readonly outer: Frame | undefined;
}

/** Where a node is evaluated. */
export interface Place {
  readonly evaluation: Evaluation;
  readonly frame: Frame | undefined;
}

/** A node of certain operators. */
export type NodeOf<O extends ASTOperator> = Extract<ASTNode, { readonly op: O }>;

/** The value of a node right here. */
export function evaluateAt(place: Place, node: ASTNode): Value {
  return place.evaluation.evaluate(node, place);
}

/** The same place with one more name. */
export function withName({ frame, evaluation }: Place, name: string, value: Value): Place {
  return { evaluation, frame: { name, value, outer: frame } };
}
