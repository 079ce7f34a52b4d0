import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareResourceVersions } from './resource-version.ts';

describe('compareResourceVersions', () => {
  it('orders versions as integers of any length', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 200n }), fc.bigInt({ min: 1n, max: 2n ** 200n }), (a, b) => {
        const order = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compareResourceVersions(String(a), String(b))!)).toBe(order);
      }),
    );
  });

  it('orders neighbours beyond the precision of a double', () => {
    expect(compareResourceVersions('9007199254740993', '9007199254740992')).toBe(1);
    expect(compareResourceVersions('9', '10')).toBeLessThan(0);
  });

  it.each(['', '0', '01', '-1', '1.5', 'abc', ' 7'])('finds no order with %j', (version) => {
    expect(compareResourceVersions(version, '7')).toBeUndefined();
    expect(compareResourceVersions('7', version)).toBeUndefined();
  });
});
