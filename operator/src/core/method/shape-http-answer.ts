import type { JsonObject, JsonValue } from '../../api/json.ts';
import { compileExpression, evaluateExpression } from '../expression/expression.ts';
import { findExcess } from '../json-schema/find-excess.ts';
import { isJsonObject } from '../json-schema/keyword-shapes.ts';
import { schemaLimits } from '../json-schema/limits.ts';
import type { Resolved, Scope } from '../template/scope.ts';
import { checkAgainstSchema } from './check-against-schema.ts';

/** An answer as expressions see it; names of headers are in lower case. */
export interface HttpAnswerValues {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

/** What makes outputs of answers. */
export interface AnswerShape {
  /** CEL over `status`, `headers` and `body`; the body itself without one. */
  readonly result?: string | undefined;
  /** JSON Schema of the outputs. */
  readonly schema?: JsonObject | undefined;
}

/**
 * The outputs that an answer gives. What is no object becomes `{value}`; nothing becomes no outputs. Problems are
 * `ExpressionFailed`, `SchemaMismatch` and `AnswerUnreadable`.
 */
export function shapeHttpAnswer({ result, schema }: AnswerShape, answer: HttpAnswerValues): Resolved<JsonObject> {
  const excess = findExcess(answer.body, schemaLimits.value);
  if (excess !== undefined) return { problem: { code: 'AnswerUnreadable', message: `the answer's body ${excess}` } };
  const made = result === undefined ? { value: answer.body } : evaluateResult(result, answer);
  if ('problem' in made) return made;
  const outputs = asOutputs(made.value);
  const problem = schema === undefined ? undefined : checkAgainstSchema(schema, outputs, 'the outputs');
  return problem === undefined ? { value: outputs } : { problem };
}

/** The value of an expression over an answer; its problem is `ExpressionFailed`. */
export function evaluateResult(text: string, answer: HttpAnswerValues): Resolved<JsonValue> {
  const compiled = compileExpression(text);
  const evaluated =
    'problem' in compiled
      ? compiled
      : evaluateExpression(compiled.expression, { scope: nothing, variables: { ...answer } });
  return 'problem' in evaluated ? { problem: { ...evaluated.problem, code: 'ExpressionFailed' } } : evaluated;
}

function asOutputs(value: JsonValue): JsonObject {
  if (value === null) return {};
  return isJsonObject(value) ? value : { value };
}

const nothing: Scope = { lookUp: () => undefined, stepNames: () => [], isVariable: () => false };
