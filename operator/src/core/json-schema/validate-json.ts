import type { JsonObject, JsonValue } from '../../api/json.ts';
import { Evaluation, EvaluationLimit, nothingSeen, type SchemaFinding, type StepBudget } from './evaluation.ts';
import { findExcess } from './find-excess.ts';
import { schemaLimits } from './limits.ts';
import { prepareSchema, type PreparedSchema } from './prepare-schema.ts';
import type { SchemaProblem } from './scan-schema.ts';
import { evaluate } from './schema-node.ts';

/** What is wrong with a value, or why the schema cannot tell. */
export type Validated = { readonly findings: readonly SchemaFinding[] } | { readonly problem: SchemaProblem };

/**
 * Checks a value against a user's JSON Schema (draft 2020-12). Bounded whatever either says: a schema that cannot be
 * used, or a check that would take too long, is a problem. Nothing is fetched, no code is made. At most fifty findings.
 * Checks that share a budget are bounded together, too.
 */
export function validateJson(schema: JsonObject, value: JsonValue, shared?: StepBudget): Validated {
  const preparation = prepareSchema(schema);
  if ('problem' in preparation) return preparation;
  const excess = findExcess(value, schemaLimits.value);
  if (excess !== undefined) return { findings: [{ path: [], message: excess }] };
  return checkValue(preparation.prepared, value, shared);
}

/** Why a schema cannot be used; undefined when it can. */
export function findSchemaProblem(schema: JsonObject): SchemaProblem | undefined {
  const preparation = prepareSchema(schema);
  return 'problem' in preparation ? preparation.problem : undefined;
}

function checkValue({ root, tracksSeen }: PreparedSchema, value: JsonValue, shared: StepBudget | undefined): Validated {
  const evaluation = new Evaluation(tracksSeen, schemaLimits.steps, shared);
  const place = { value, parent: undefined, key: '', seen: tracksSeen ? nothingSeen() : undefined };
  try {
    evaluate(root, place, evaluation);
  } catch (error) {
    if (!(error instanceof EvaluationLimit)) throw error;
    return { problem: { path: [], message: error.message } };
  }
  const findings = evaluation.findings.slice(0, schemaLimits.findings);
  return {
    findings: findings.map(({ path, message, hint }) => ({ path, message, ...(hint !== undefined && { hint }) })),
  };
}
