import type { Usage } from '../../api/usage.ts';
import { Decimal, formatDecimal } from './decimals.ts';
import { addCounts, multiplyCounts } from './usage-sum.ts';

/** What several attempts use together. Counts stop at the largest that a number can hold; money is exact. */
export interface Totals {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly gpuSeconds: number;
  readonly costUnits: Decimal;
}

/** Nothing at all. */
export const noTotals: Totals = { promptTokens: 0, completionTokens: 0, gpuSeconds: 0, costUnits: new Decimal(0) };

/** A usage as totals. */
export function totalsOf({ promptTokens = 0, completionTokens = 0, gpuSeconds = 0, costUnits = '0' }: Usage): Totals {
  return { promptTokens, completionTokens, gpuSeconds, costUnits: new Decimal(costUnits) };
}

/** Both together. */
export function addTotals(one: Totals, other: Totals): Totals {
  return combine(one, other, { counts: addCounts, costs: (a, b) => a.plus(b) });
}

/** The larger of both, in each of its parts. */
export function largerTotals(one: Totals, other: Totals): Totals {
  return combine(one, other, { counts: Math.max, costs: (a, b) => (a.gt(b) ? a : b) });
}

/** So many times as much. */
export function multiplyTotals(totals: Totals, times: number): Totals {
  const { promptTokens, completionTokens, gpuSeconds, costUnits } = totals;
  return {
    promptTokens: multiplyCounts(promptTokens, times),
    completionTokens: multiplyCounts(completionTokens, times),
    gpuSeconds: multiplyCounts(gpuSeconds, times),
    costUnits: costUnits.times(times),
  };
}

/** Totals as a usage; what is nothing is left out. */
export function usageOf({ costUnits, ...counts }: Totals): Usage {
  const used = Object.entries(counts).filter(([, count]) => count > 0);
  return { ...(Object.fromEntries(used) as Usage), ...(costUnits.gt(0) && { costUnits: formatDecimal(costUnits) }) };
}

interface Combination {
  readonly counts: (one: number, other: number) => number;
  readonly costs: (one: Decimal, other: Decimal) => Decimal;
}

function combine(one: Totals, other: Totals, { counts, costs }: Combination): Totals {
  return {
    promptTokens: counts(one.promptTokens, other.promptTokens),
    completionTokens: counts(one.completionTokens, other.completionTokens),
    gpuSeconds: counts(one.gpuSeconds, other.gpuSeconds),
    costUnits: costs(one.costUnits, other.costUnits),
  };
}
