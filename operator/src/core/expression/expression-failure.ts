import type { ASTNode } from '@marcbachmann/cel-js';
import type { ResolutionProblem } from '../template/scope.ts';

/**
 * Why an expression has no value, thrown inside the evaluation only: CEL's `||`, `&&`, `all` and `exists` go on after
 * a failure where the rest decides. Whoever starts an evaluation catches it and returns the problem.
 */
export class ExpressionFailure extends Error {
  readonly problem: ResolutionProblem;
  /** Where it failed. */
  readonly node: ASTNode;

  constructor(problem: ResolutionProblem, node: ASTNode) {
    super(problem.message);
    this.problem = problem;
    this.node = node;
  }
}

/** A failure of the code that a user can do something about: a number that is too large, a type that does not fit. */
export function failed(message: string, node: ASTNode, hint?: string): ExpressionFailure {
  return new ExpressionFailure({ code: 'ExpressionFailed', message, ...(hint === undefined ? {} : { hint }) }, node);
}
