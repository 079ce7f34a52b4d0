import type { JsonObject } from '../../api/json.ts';
import { formatIssuePath } from '../issue-path.ts';
import { validateJson } from '../json-schema/validate-json.ts';
import type { ResolutionProblem } from '../template/scope.ts';

/** Findings that a message tells. */
const MOST_TOLD = 3;

/** `SchemaMismatch` when a value does not fit a JSON Schema; `what` names the value in words: `the outputs`. */
export function checkAgainstSchema(schema: JsonObject, value: JsonObject, what: string): ResolutionProblem | undefined {
  const validated = validateJson(schema, value);
  if ('problem' in validated) {
    return mismatch(`the schema of ${what} cannot be used: ${validated.problem.message}`);
  }
  const { findings } = validated;
  if (findings.length === 0) return undefined;
  const told = findings
    .slice(0, MOST_TOLD)
    .map(({ path, message }) => `${path.length === 0 ? what : formatIssuePath(path)} ${message}`);
  const rest = findings.length > MOST_TOLD ? `; and ${findings.length - MOST_TOLD} more` : '';
  return mismatch(`${what} do not fit the schema: ${told.join('; ')}${rest}`);
}

const mismatch = (message: string): ResolutionProblem => ({ code: 'SchemaMismatch', message });
