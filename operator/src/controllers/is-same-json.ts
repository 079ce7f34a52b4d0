import { isDeepStrictEqual } from 'node:util';

/** Whether two values are the same once they are JSON: a field that is undefined counts as absent. */
export function isSameJson(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(toJson(left), toJson(right));
}

function toJson(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
