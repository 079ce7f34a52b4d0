import type { JsonObject } from '../api/json.ts';
import type { PipelineSpec } from '../api/pipeline.ts';

/** Declares the inputs that a test gives, unless its pipeline declares some itself. */
export function declareInputs(spec: PipelineSpec, given: JsonObject = {}): PipelineSpec {
  if (spec.parameters !== undefined) return spec;
  return { ...spec, parameters: Object.keys(given).map((name) => ({ name })) };
}
