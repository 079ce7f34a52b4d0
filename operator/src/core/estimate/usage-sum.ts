import type { Usage } from '../../api/usage.ts';
import { addDecimals, compareDecimals } from './decimals.ts';

/** Most that may be spent; no ceiling where one is left out. */
export interface Ceilings {
  readonly tokens?: number | undefined;
  readonly costUnits?: string | undefined;
  readonly gpuSeconds?: number | undefined;
}

/** What two things use together. What neither says stays unsaid; counts stop at the largest that a number can hold. */
export function addUsage(one: Usage, other: Usage): Usage {
  const costUnits = addCosts(one.costUnits, other.costUnits);
  return {
    ...count('promptTokens', one, other),
    ...count('completionTokens', one, other),
    ...count('gpuSeconds', one, other),
    ...(costUnits !== undefined && { costUnits }),
  };
}

/** What is above its ceiling, in words; undefined when nothing is. */
export function exceedsCeilings(usage: Usage, ceilings: Ceilings): string | undefined {
  const tokens = addCounts(usage.promptTokens ?? 0, usage.completionTokens ?? 0);
  return (
    excess('tokens', String(tokens), ceilings.tokens) ??
    excess('cost units', usage.costUnits ?? '0', ceilings.costUnits) ??
    excess('GPU-seconds', String(usage.gpuSeconds ?? 0), ceilings.gpuSeconds)
  );
}

function excess(what: string, wanted: string, allowed: number | string | undefined): string | undefined {
  if (allowed === undefined || compareDecimals(wanted, String(allowed)) <= 0) return undefined;
  return `${wanted} ${what}, where ${String(allowed)} are allowed`;
}

/** The sum of two counts, at most the largest whole number that is exact. */
export function addCounts(one: number, other: number): number {
  return Math.min(one + other, Number.MAX_SAFE_INTEGER);
}

/** The product of two counts, at most the largest whole number that is exact. */
export function multiplyCounts(one: number, other: number): number {
  return Math.min(one * other, Number.MAX_SAFE_INTEGER);
}

function count(name: 'promptTokens' | 'completionTokens' | 'gpuSeconds', one: Usage, other: Usage): Usage {
  if (one[name] === undefined && other[name] === undefined) return {};
  return { [name]: addCounts(one[name] ?? 0, other[name] ?? 0) };
}

function addCosts(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || other === undefined ? (one ?? other) : addDecimals(one, other);
}
