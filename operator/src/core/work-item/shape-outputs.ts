import type { JsonObject } from '../../api/json.ts';

/** The outputs that templates see, or why a result does not give what the step promises. */
export type ShapedOutputs = { readonly outputs: JsonObject } | { readonly missing: string };

/**
 * What a step gives by its result. Every declared output must be in it; where only one is declared and the result has no
 * such field, the whole result stands under that name. Fields that were not declared stay visible.
 */
export function shapeOutputs(
  declared: Readonly<Record<string, string>> | undefined,
  result: JsonObject,
): ShapedOutputs {
  const names = Object.keys(declared ?? {});
  const missing = names.filter((name) => !Object.hasOwn(result, name));
  const [first] = missing;
  if (first === undefined) return { outputs: result };
  if (names.length === 1) return { outputs: Object.fromEntries([[first, result]]) };
  return {
    missing: `the result has no ${missing.map((name) => `'${name}'`).join(', ')}. Fields: ${Object.keys(result).join(', ')}`,
  };
}
