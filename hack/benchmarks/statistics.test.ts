import { describe, expect, it } from 'vitest';
import { median, quantile, rounded } from './statistics.ts';

describe('statistics', () => {
  it('finds the median of odd and even numbers of values, in any order', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
    expect(median([])).toBeNaN();
  });

  it('finds quantiles', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual([
      1, 51, 100, 100,
    ]);
  });

  it('rounds', () => {
    expect(rounded(1.2345, 2)).toBe(1.23);
  });
});
