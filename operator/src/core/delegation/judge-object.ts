import type { JsonObject, JsonValue } from '../../api/json.ts';
import { formatIssuePath } from '../issue-path.ts';
import { validateJson } from '../json-schema/validate-json.ts';
import type { ResolutionProblem } from '../template/scope.ts';
import type { ClusterObject } from './cluster-object.ts';
import { describeFailure, describeProgress } from './describe-object.ts';
import { evaluateObject, tellProblem, testObject } from './evaluate-object.ts';

/** How to tell what became of an object. */
export interface ObjectExpectation {
  /** True when it has succeeded. */
  readonly success: string;
  /** True when it has failed. */
  readonly failure?: string | undefined;
  /** What to take from it when it has succeeded, by name. */
  readonly outputs?: Readonly<Record<string, string>> | undefined;
  /** JSON Schema of the outputs: `spec.outputs` of the Method. */
  readonly schema?: JsonObject | undefined;
}

/** What became of an object. */
export type ObjectVerdict =
  | { readonly state: 'running'; readonly message: string }
  /** It has succeeded, but what the outputs are made from is not there, or not yet: whoever follows it waits a little. */
  | { readonly state: 'incomplete'; readonly message: string }
  | { readonly state: 'succeeded'; readonly outputs: JsonObject }
  | { readonly state: 'failed'; readonly reason: string; readonly message: string; readonly retryable: boolean };

/**
 * Judges an object by the expressions of its Method. Success is looked for first: a Job that lost Pods on its way has
 * counted failures, and has succeeded all the same. What the engine calls failed may be tried again, as the step's retry
 * policy says: a new attempt is a new object. Mistakes in the expressions are not tried again.
 */
export function judgeObject(object: ClusterObject, expectation: ObjectExpectation): ObjectVerdict {
  const { success, failure } = expectation;
  const succeeded = testObject(success, object);
  if ('problem' in succeeded) return mistaken('success', succeeded.problem);
  if (succeeded.value) return takeOutputs(object, expectation);
  const failed = failure === undefined ? { value: false } : testObject(failure, object);
  if ('problem' in failed) return mistaken('failure', failed.problem);
  return failed.value
    ? { state: 'failed', ...describeFailure(object), retryable: true }
    : { state: 'running', message: describeProgress(object) };
}

function mistaken(field: string, problem: ResolutionProblem): ObjectVerdict {
  const message = `spec.object.${field} of the Method: ${tellProblem(problem)}`;
  return { state: 'failed', reason: 'ExpressionFailed', message, retryable: false };
}

function takeOutputs(object: ClusterObject, { outputs = {}, schema }: ObjectExpectation): ObjectVerdict {
  const entries: [string, JsonValue][] = [];
  const missing: string[] = [];
  for (const [name, text] of Object.entries(outputs)) {
    const evaluated = evaluateObject(text, object);
    if (evaluated === 'unset') missing.push(`${name} (${text})`);
    else if ('problem' in evaluated) return mistaken(`outputs.${name}`, evaluated.problem);
    else entries.push([name, evaluated.value]);
  }
  if (missing.length > 0)
    return { state: 'incomplete', message: `it has succeeded, but does not show what makes ${missing.join(', ')}` };
  return checkOutputs(Object.fromEntries(entries), schema);
}

function checkOutputs(outputs: JsonObject, schema: JsonObject | undefined): ObjectVerdict {
  const validated = schema === undefined ? { findings: [] } : validateJson(schema, outputs);
  if ('problem' in validated)
    return unfit(`spec.outputs of the Method cannot be used as a schema: ${validated.problem.message}`);
  const [first] = validated.findings;
  if (first === undefined) return { state: 'succeeded', outputs };
  const where = ['outputs', formatIssuePath(first.path)].filter((part) => part !== '').join('.');
  return unfit(`${where} ${first.message}`);
}

const unfit = (message: string): ObjectVerdict => {
  return { state: 'failed', reason: 'SchemaMismatch', message, retryable: false };
};
