import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDecimals, compareDecimals, Decimal, formatDecimal } from './decimals.ts';

const sums: Record<string, { one: string; other: string; sum: string }> = {
  'tenths, which binary fractions get wrong': { one: '0.1', other: '0.2', sum: '0.3' },
  'zeros at the end are dropped': { one: '1.50', other: '0.50', sum: '2' },
  'the smallest that is kept': { one: '0.000000000001', other: '0', sum: '0.000000000001' },
  'what is smaller still is rounded up': { one: '0.0000000000001', other: '0', sum: '0.000000000001' },
  'large numbers keep every digit': { one: '9007199254740993', other: '1', sum: '9007199254740994' },
  'places give way to digits': {
    one: '1234567890123456789012345',
    other: '0.000000000001',
    sum: '1234567890123456789012346',
  },
  'what does not fit is the largest that does': { one: '9'.repeat(32), other: '1', sum: '9'.repeat(32) },
};

describe('addDecimals', () => {
  test.each(Object.entries(sums))('%s', (_, { one, other, sum }) => {
    expect(addDecimals(one, other)).toBe(sum);
  });
});

describe('compareDecimals', () => {
  test.each([
    ['0.1', '0.10', 0],
    ['10', '9.9', 1],
    ['0.30000000000000001', '0.3', 1],
    ['2', '10', -1],
  ])('%s and %s', (one, other, order) => {
    expect(compareDecimals(one, other)).toBe(order);
  });
});

const decimalText = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(999_999_999))
  .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(9, '0')}`);

describe('decimal numbers', () => {
  test('fit the schema that the API has for them', () => {
    const pattern = /^[0-9]+(\.[0-9]+)?$/;
    fc.assert(
      fc.property(decimalText, fc.nat(), (text, times) => {
        const formatted = formatDecimal(new Decimal(text).times(times).times(text));
        expect(formatted).toMatch(pattern);
        expect(formatted.length).toBeLessThanOrEqual(32);
      }),
    );
  });

  test('are never less than what they stand for', () => {
    fc.assert(
      fc.property(decimalText, fc.integer({ min: 1, max: 10 ** 9 }), (text, divisor) => {
        const value = new Decimal(text).div(divisor);
        expect(compareDecimals(formatDecimal(value), value.toFixed())).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
