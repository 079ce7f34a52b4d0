import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatRanges, largestRange, parseRanges } from './ranges.ts';

describe('ranges', () => {
  const cases: Record<string, { numbers: number[]; text: string | undefined }> = {
    'nothing is left out': { numbers: [], text: undefined },
    'one number': { numbers: [7], text: '7' },
    'neighbours are joined': { numbers: [0, 1, 2], text: '0-2' },
    'gaps part them': { numbers: [0, 1, 3, 7, 8], text: '0-1,3,7-8' },
    'order and repetition do not matter': { numbers: [3, 1, 2, 1], text: '1-3' },
  };
  it.each(Object.entries(cases))('%s', (_, { numbers, text }) => {
    expect(formatRanges(numbers)).toBe(text);
    expect([...parseRanges(text)].sort((a, b) => a - b)).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('any set comes back, and fits what the status holds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(largestRange - 1), { maxLength: 6000 }), (numbers) => {
        const text = formatRanges(numbers);
        expect(parseRanges(text)).toEqual(new Set(numbers));
        expect(text?.length ?? 0).toBeLessThanOrEqual(8192);
      }),
      { numRuns: 60 },
    );
  });

  test('the worst set of the largest size still fits', () => {
    const every2nd = Array.from({ length: largestRange / 2 }, (_, index) => index * 2);
    const text = formatRanges(every2nd);
    expect(text?.length).toBeLessThanOrEqual(8192);
    expect(parseRanges(text).size).toBe(every2nd.length);
  });

  it.each(['x', '1-', '-1', '1,,2', '99999999999', 'bits:!!'])('takes %j for as much as can be read of it', (text) => {
    expect([...parseRanges(text)].every((number) => number === 1 || number === 2)).toBe(true);
  });
});
