import type { z } from 'zod';
import { formatIssuePath } from '../../operator/src/core/issue-path.ts';
import { ApiError } from './api-error.ts';

/** What vLLM's web framework calls a body that does not have the right shape. */
const misshapen = (message: string, param: string | null = null) => new ApiError(400, 'Bad Request', message, param);

/** Reads a body that has to be JSON of some shape. @throws ApiError */
export function parseBody<Shape extends z.ZodType>(schema: Shape, text: string): z.output<Shape> {
  const { data, error } = schema.safeParse(parseJson(text));
  if (error === undefined) return data;
  const { issues } = error;
  const lines = issues.map(({ path, message }) => `  ${placeOf(path)}: ${message}`);
  const count = `${issues.length} validation error${issues.length === 1 ? '' : 's'}:`;
  throw misshapen([count, ...lines].join('\n'), String(issues[0]?.path[0] ?? 'body'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misshapen(`1 validation error:\n  body: JSON decode error: ${String(error)}`);
  }
}

const placeOf = (path: readonly PropertyKey[]): string =>
  formatIssuePath(['body', ...path.map((part) => (typeof part === 'number' ? part : String(part)))]);
