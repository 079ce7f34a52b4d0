import type { ASTNode } from '@marcbachmann/cel-js';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { resolveReference } from '../template/navigate.ts';
import { nameNotFound } from '../template/resolution-problems.ts';
import type { Resolved, Scope } from '../template/scope.ts';
import { SizeBudget } from '../template/size-budget.ts';
import { typeConstants } from './cel-library.ts';
import { describeNode } from './describe-node.ts';
import { evaluateNode } from './evaluate-node.ts';
import type { Evaluation } from './evaluation.ts';
import { EvaluationBudget } from './evaluation-budget.ts';
import type { OffsetProblem } from './explain-error.ts';
import { ExpressionFailure } from './expression-failure.ts';
import { ForeignValue, fromJson, type Value } from './expression-value.ts';
import type { Program } from './parse-program.ts';
import { Patterns } from './patterns.ts';
import { resultToJson } from './result-to-json.ts';

/** What an expression is evaluated in. */
export interface ExpressionContext {
  /** For its references. */
  readonly scope: Scope;
  /** For its bare names. */
  readonly variables?: JsonObject;
}

/** The value of a program as JSON, or what went wrong and where. */
export function evaluateProgram(
  { root, references }: Program,
  context: ExpressionContext,
): { readonly value: JsonValue } | OffsetProblem {
  const evaluation = startEvaluation(references, context);
  try {
    const value = evaluateNode(root, { evaluation, frame: undefined });
    return { value: resultToJson(value, root, evaluation.budget) };
  } catch (error) {
    if (!(error instanceof ExpressionFailure)) throw error;
    return { problem: error.problem, offset: error.node.pos };
  }
}

function startEvaluation(references: Program['references'], context: ExpressionContext): Evaluation {
  const { scope, variables = {} } = context;
  const sizes = new SizeBudget();
  const resolved = new Map<string, Resolved<JsonValue>>();
  return {
    budget: new EvaluationBudget(),
    patterns: new Patterns(),
    evaluate: evaluateNode,
    describe: (node) => describeNode(node, references, scope),
    valueOf: (name, node) => {
      const bound = references.get(name);
      if (bound === undefined) return variableOf(name, variables, node);
      const found = resolved.get(name) ?? resolveReference(bound.reference, scope, sizes);
      resolved.set(name, found);
      if ('problem' in found) throw new ExpressionFailure(node, () => found.problem);
      return fromJson(found.value);
    },
  };
}

function variableOf(name: string, variables: JsonObject, node: ASTNode): Value {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined) return fromJson(value);
  const type = typeConstants.get(name);
  if (type !== undefined) return new ForeignValue(type);
  throw new ExpressionFailure(node, () => nameNotFound(name, Object.keys(variables)));
}
