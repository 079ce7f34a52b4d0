import type { JsonObject, JsonValue } from '../../api/json.ts';
import { isJsonObject } from '../json-schema/keyword-shapes.ts';
import { readPath } from '../template/navigate.ts';
import { keyTermsOf, termsOf } from './key-terms.ts';

/** How well results match what was asked. */
export interface Relevance {
  /** From 0 to 1; 1 when nothing was asked in words. */
  readonly score: number;
  /** The first terms that were asked for and are not found. */
  readonly missing: readonly string[];
}

/** Terms that are named when they are not found. */
const MOST_NAMED = 5;

/**
 * How relevant results are: the mean of the `relevance` scores that steps gave (a number from 0 to 1 beside their other
 * results), else the share of the key terms of the run's inputs that are found in the fields.
 */
export function measureRelevance(
  inputs: JsonObject,
  { pipelineInputs, fields }: { readonly pipelineInputs: JsonValue; readonly fields?: readonly string[] | undefined },
): Relevance {
  const scores = scoresIn(inputs);
  if (scores.length > 0) return { score: scores.reduce((sum, score) => sum + score, 0) / scores.length, missing: [] };
  const terms = [...keyTermsOf(pipelineInputs)];
  const found = termsOf(fields === undefined ? inputs : fields.map((path) => readPath(inputs, path) ?? null));
  const missing = terms.filter((term) => !found.has(term));
  const score = terms.length === 0 ? 1 : (terms.length - missing.length) / terms.length;
  return { score, missing: missing.slice(0, MOST_NAMED) };
}

/** A score may be an input itself, or stand in the results that an input is. */
function scoresIn(inputs: JsonObject): readonly number[] {
  return [inputs, ...Object.values(inputs)].flatMap((value) => {
    const score = isJsonObject(value) && Object.hasOwn(value, 'relevance') ? value['relevance'] : undefined;
    return typeof score === 'number' && score >= 0 && score <= 1 ? [score] : [];
  });
}
