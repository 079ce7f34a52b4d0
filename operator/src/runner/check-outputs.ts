import type { JsonObject } from '../api/json.ts';
import type { RunnerTask } from '../api/runner-task.ts';
import { canonicalJson } from '../core/digest.ts';
import { formatIssuePath } from '../core/issue-path.ts';
import type { Failure } from './verdict.ts';

const toldFindings = 3;

/** The outputs as canonical JSON, or why they are not what the step declared. */
export async function checkOutputs(
  outputs: JsonObject,
  { outputs: declared = [], outputSchema }: Pick<RunnerTask, 'outputs' | 'outputSchema'>,
): Promise<{ readonly json: string } | { readonly failure: Failure }> {
  const missing = declared.filter((name) => !Object.hasOwn(outputs, name));
  if (missing.length > 0) {
    const names = missing.map((name) => `'${name}'`).join(', ');
    const fields = Object.keys(outputs).join(', ') || 'none';
    return refuse('OutputMissing', `Declared but not in the result: ${names}. Fields: ${fields}.`);
  }
  const mismatch = outputSchema === undefined ? undefined : await describeMismatch(outputSchema, outputs);
  if (mismatch !== undefined) return refuse('OutputInvalid', mismatch);
  try {
    return { json: canonicalJson(outputs) };
  } catch (error) {
    return refuse('OutputInvalid', `The outputs cannot be written as JSON: ${(error as Error).message}.`);
  }
}

/** What checks schemas is loaded only for them: most pods end before it would be. */
async function describeMismatch(schema: JsonObject, outputs: JsonObject): Promise<string | undefined> {
  const { validateJson } = await import('../core/json-schema/validate-json.ts');
  const validated = validateJson(schema, outputs);
  if ('problem' in validated) return `The output schema cannot be used: ${validated.problem.message}.`;
  const { findings } = validated;
  if (findings.length === 0) return undefined;
  const told = findings.slice(0, toldFindings).map(({ path, message }) => `${formatIssuePath(path)} ${message}`.trim());
  const more = findings.length > told.length ? `; and ${findings.length - told.length} more` : '';
  return `The outputs do not fit their schema: ${told.join('; ')}${more}.`;
}

const refuse = (reason: string, message: string) => ({ failure: { reason, message, retryable: false } });
