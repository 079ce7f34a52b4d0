import type { JsonValue } from '../../api/json.ts';
import type { Reference } from '../template/reference.ts';
import type { ResolutionProblem, Resolved } from '../template/scope.ts';
import { describeValue } from '../validation/describe-value.ts';
import { typeConstants } from './cel-library.ts';
import { checkProgram, type KnownTypes } from './check-program.ts';
import { evaluateProgram, type ExpressionContext } from './evaluate-program.ts';
import { atOffset } from './expression-problem.ts';
import { parseProgram, type Program } from './parse-program.ts';
import { freeNames } from './syntax-tree.ts';

/** An expression that can be read; it may be evaluated any number of times. */
export interface Expression {
  /** As the user wrote it. */
  readonly text: string;
  /** The references in it (`{{step.field}}`), in order. */
  readonly references: readonly Reference[];
  /** Bare names that stand for something outside of it, each once. Names of CEL's types are not among them. */
  readonly variables: readonly string[];
  readonly program: Program;
}

/** An expression, or what is wrong with it. */
export type CompiledExpression = { readonly expression: Expression } | { readonly problem: ResolutionProblem };

/** Expressions that are remembered: the same ones are asked for again and again. */
const MOST_REMEMBERED = 500;

const remembered = new Map<string, CompiledExpression>();

/**
 * Reads an expression: CEL with references in braces. The problem of one that cannot be read, or whose types cannot fit
 * whatever the data, shows the line and a caret.
 */
export function compileExpression(text: string): CompiledExpression {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const compiled = compile(text);
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= MOST_REMEMBERED) remembered.delete(oldest);
  remembered.set(text, compiled);
  return compiled;
}

function compile(text: string): CompiledExpression {
  const program = parseProgram(text);
  if ('problem' in program) return { problem: atOffset(program.problem, text, program.offset) };
  const { references, root } = program;
  const free = freeNames(root).map(({ name }) => name);
  return {
    expression: {
      text,
      references: Array.from(references.values(), ({ reference }) => reference),
      variables: [...new Set(free)].filter((name) => !references.has(name) && !typeConstants.has(name)),
      program,
    },
  };
}

/**
 * The value of an expression as JSON. References are resolved when they are reached, so that `has` and `||` can guard
 * others. The work is bounded: whatever expression and data, it ends, with a value or a problem.
 */
export function evaluateExpression({ text, program }: Expression, context: ExpressionContext): Resolved<JsonValue> {
  const evaluated = evaluateProgram(program, context);
  return 'problem' in evaluated ? { problem: atOffset(evaluated.problem, text, evaluated.offset) } : evaluated;
}

/** The value of an expression that must be true or false. */
export function evaluateCondition(expression: Expression, context: ExpressionContext): Resolved<boolean> {
  const evaluated = evaluateExpression(expression, context);
  if ('problem' in evaluated) return evaluated;
  const { value } = evaluated;
  return typeof value === 'boolean' ? { value } : { problem: notBoolean(value, expression.text) };
}

function notBoolean(value: JsonValue, text: string): ResolutionProblem {
  const message = `expected true or false, found ${describeValue(value)}`;
  return atOffset({ code: 'NotBoolean', message, hint: 'compare it: > 0, == "x", != null' }, text, 0);
}

/** What cannot work in an expression whatever the data, as far as types are known, each with its line and a caret. */
export function checkExpression({ text, program }: Expression, types: KnownTypes): ResolutionProblem[] {
  return checkProgram(program, types).map(({ problem, offset }) => atOffset(problem, text, offset));
}
