import { describe, expect, it } from 'vitest';
import { costOfTokens } from './cost-of-tokens.ts';

const price = { inputPerMillionTokens: '0.1', outputPerMillionTokens: '0.7' };

describe('the cost of tokens', () => {
  it.each([
    ['counts what is read and what is written by its own price', { promptTokens: 3, completionTokens: 1 }, '0.000001'],
    ['is nothing where nothing was used', {}, '0'],
    ['is exact', { promptTokens: 1_000_000, completionTokens: 2_000_000 }, '1.5'],
  ])('%s', (_, usage, cost) => {
    expect(costOfTokens(usage, price)).toBe(cost);
  });

  it('counts a price that is left out as nothing, and knows no cost without prices', () => {
    expect(costOfTokens({ promptTokens: 1_000_000 }, { outputPerMillionTokens: '5' })).toBe('0');
    expect(costOfTokens({ promptTokens: 5 }, undefined)).toBeUndefined();
  });
});
