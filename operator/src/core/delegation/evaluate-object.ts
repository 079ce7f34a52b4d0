import type { JsonObject, JsonValue } from '../../api/json.ts';
import { compileExpression, evaluateExpression } from '../expression/expression.ts';
import type { ResolutionProblem, Scope } from '../template/scope.ts';
import type { ClusterObject } from './cluster-object.ts';

/** What an expression over an object gives: a value, `unset` while a field that it reads is not there, or a problem. */
export type ObjectValue = { readonly value: JsonValue } | 'unset' | { readonly problem: ResolutionProblem };

const noSteps: Scope = { lookUp: () => undefined, stepNames: () => [], isVariable: () => false };

/** Problems of data that may still come, unlike those of the expression itself. */
const notYet: ReadonlySet<string> = new Set(['FieldNotFound', 'IndexOutOfRange']);

/**
 * Evaluates an expression whose only variable is `object`. Engines fill in status bit by bit, so a field that is missing
 * means that it is too early to tell; an expression that can never have a value is a problem at once.
 */
export function evaluateObject(text: string, object: ClusterObject): ObjectValue {
  const compiled = compileExpression(text);
  if ('problem' in compiled) return compiled;
  const { variables, references } = compiled.expression;
  const unknown = [...variables, ...references.map((reference) => reference.text)].find((name) => name !== 'object');
  if (unknown !== undefined) return { problem: unknownName(unknown) };
  const json = object as unknown as JsonObject;
  const evaluated = evaluateExpression(compiled.expression, { scope: noSteps, variables: { object: json } });
  if ('value' in evaluated) return evaluated;
  return notYet.has(evaluated.problem.code) ? 'unset' : evaluated;
}

/** The same for an expression that must be true or false. */
export function testObject(
  text: string,
  object: ClusterObject,
): { readonly value: boolean } | { readonly problem: ResolutionProblem } {
  const evaluated = evaluateObject(text, object);
  if (evaluated === 'unset') return { value: false };
  if ('problem' in evaluated) return evaluated;
  const { value } = evaluated;
  if (typeof value === 'boolean') return { value };
  const message = `expected true or false, found ${JSON.stringify(value).slice(0, 80)} in: ${text}`;
  return { problem: { code: 'NotBoolean', message, hint: 'compare it: == "x", > 0, != null' } };
}

function unknownName(name: string): ResolutionProblem {
  return { code: 'NameNotFound', message: `there is no '${name}' here`, hint: 'the only variable is `object`' };
}

/** A problem with what to do about it. Those of expressions end with a drawing of the place, which stays by itself. */
export function tellProblem({ message, hint }: ResolutionProblem): string {
  if (hint === undefined) return message;
  return `${message}${message.includes('\n') ? '\n' : ' — '}${hint}`;
}
