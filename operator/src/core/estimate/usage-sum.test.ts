import { describe, expect, test } from 'vitest';
import type { Usage } from '../../api/usage.ts';
import { addUsage, type Ceilings, exceedsCeilings } from './usage-sum.ts';

describe('addUsage', () => {
  test('adds what both say, and keeps what one says', () => {
    const one: Usage = { promptTokens: 5, costUnits: '0.1' };
    const other: Usage = { promptTokens: 7, completionTokens: 3, costUnits: '0.2' };
    expect(addUsage(one, other)).toEqual({ promptTokens: 12, completionTokens: 3, costUnits: '0.3' });
    expect(addUsage(other, { gpuSeconds: 9 })).toEqual({ ...other, gpuSeconds: 9 });
  });

  test('leaves unsaid what neither says', () => {
    expect(addUsage({}, {})).toEqual({});
  });

  test('stops at the largest number that is exact', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(addUsage({ promptTokens: most }, { promptTokens: most })).toEqual({ promptTokens: most });
  });
});

const ceilings: Record<string, { usage: Usage; allowed: Ceilings; excess: string | undefined }> = {
  'no ceiling': { usage: { promptTokens: 1e9, costUnits: '1e9' }, allowed: {}, excess: undefined },
  'just below': {
    usage: { promptTokens: 5, completionTokens: 5, costUnits: '0.30', gpuSeconds: 7 },
    allowed: { tokens: 10, costUnits: '0.3', gpuSeconds: 7 },
    excess: undefined,
  },
  'tokens read and written count together': {
    usage: { promptTokens: 5, completionTokens: 6 },
    allowed: { tokens: 10 },
    excess: '11 tokens, where 10 are allowed',
  },
  'cost is compared exactly': {
    usage: { costUnits: '0.30000000000000001' },
    allowed: { costUnits: '0.3' },
    excess: '0.30000000000000001 cost units, where 0.3 are allowed',
  },
  'GPU time': {
    usage: { gpuSeconds: 61 },
    allowed: { gpuSeconds: 60 },
    excess: '61 GPU-seconds, where 60 are allowed',
  },
  'nothing is used where nothing is allowed': {
    usage: {},
    allowed: { tokens: 0, costUnits: '0', gpuSeconds: 0 },
    excess: undefined,
  },
};

describe('exceedsCeilings', () => {
  test.each(Object.entries(ceilings))('%s', (_, { usage, allowed, excess }) => {
    expect(exceedsCeilings(usage, allowed)).toBe(excess);
  });
});
