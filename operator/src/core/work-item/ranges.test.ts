import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatRanges, largestRange, parseRanges, rangesTest } from './ranges.ts';

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
        expect(numbers.every(rangesTest(text))).toBe(true);
        expect(text?.length ?? 0).toBeLessThanOrEqual(8192);
      }),
      { numRuns: 60 },
    );
  });

  test('a number can be looked for without making the set', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300), { maxLength: 100 }), fc.constantFrom(1, 1000), (numbers, factor) => {
        // Far apart, so many are written as a bit map.
        const many =
          factor === 1 ? numbers : [...numbers, ...Array.from({ length: 4000 }, (_, index) => 400 + index * 3)];
        const isIn = rangesTest(formatRanges(many));
        const set = new Set(many);
        for (let number = 0; number < 1000; number += 1) expect(isIn(number)).toBe(set.has(number));
      }),
      { numRuns: 100 },
    );
    expect(rangesTest('7-9,0-2')(8)).toBe(true);
    expect(rangesTest('0-2,7-9')(largestRange)).toBe(false);
    expect(rangesTest('bits:B')(largestRange)).toBe(false);
  });

  test('spans that overlap a thousand times, and reach beyond every loop, are read at once', () => {
    const text = Array.from({ length: 800 }, () => '0-9999999').join(',');
    const startedAt = performance.now();
    expect(parseRanges(text).size).toBe(largestRange + 1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test('the worst set of the largest size still fits', () => {
    const every2nd = Array.from({ length: largestRange / 2 }, (_, index) => index * 2);
    const text = formatRanges(every2nd);
    expect(text?.length).toBeLessThanOrEqual(8192);
    expect(parseRanges(text).size).toBe(every2nd.length);
  });

  it.each(['x', '1-', '-1', '1,,2', '99999999999', 'bits:!!'])('takes %j for as much as can be read of it', (text) => {
    expect([...Array(10).keys()].filter(rangesTest(text))).toEqual([...parseRanges(text)]);
    expect([...parseRanges(text)].every((number) => number === 1 || number === 2)).toBe(true);
  });
});
