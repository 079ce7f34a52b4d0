import type { JsonValue } from '../../api/json.ts';

/** How large a value may be. */
export interface ValueLimits {
  /** Levels of lists and objects. */
  readonly depth: number;
  /** Values in all, each counted as often as it stands somewhere. */
  readonly values: number;
}

/**
 * What of a value is too large to be looked at, in words; undefined when nothing is. A loop, not recursion: what it guards
 * is every recursion that comes after it.
 */
export function findExcess(value: JsonValue, limits: ValueLimits): string | undefined {
  const pending: { readonly value: JsonValue; readonly depth: number }[] = [{ value, depth: 0 }];
  let count = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (++count > limits.values) return `has more than ${limits.values} values inside it`;
    if (typeof part.value !== 'object' || part.value === null) continue;
    if (part.depth >= limits.depth) return `has lists and objects nested deeper than ${limits.depth} levels`;
    for (const inner of Object.values(part.value)) pending.push({ value: inner, depth: part.depth + 1 });
  }
  return undefined;
}
