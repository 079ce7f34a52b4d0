import type { ASTNode } from '@marcbachmann/cel-js';
import type { ResolutionProblem } from '../template/scope.ts';

/**
 * Why an expression has no value, thrown inside the evaluation only: CEL's `||`, `&&`, `all` and `exists` go on after
 * a failure where the rest decides. Whoever starts an evaluation catches it and returns the problem.
 */
export class ExpressionFailure extends Error {
  /** Where it failed. */
  readonly node: ASTNode;
  readonly #describe: () => ResolutionProblem;

  /** The problem is described only when it is told: most messages list names, and a loop may go on after thousands. */
  constructor(node: ASTNode, describe: () => ResolutionProblem) {
    super('the expression has no value');
    this.node = node;
    this.#describe = describe;
  }

  get problem(): ResolutionProblem {
    return this.#describe();
  }
}

/** A failure of the expression itself that a user can mend: a number that is too large, a type that does not fit. */
export function failed(node: ASTNode, message: string, hint?: string): ExpressionFailure {
  const problem = { code: 'ExpressionFailed', message, ...(hint === undefined ? {} : { hint }) };
  return new ExpressionFailure(node, () => problem);
}
