import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';

describe('digestOf', () => {
  it('is the SHA-256 of the canonical JSON', () => {
    const expected = createHash('sha256').update('{"a":[1,"é"],"b":null}').digest('hex');
    expect(digestOf({ b: null, a: [1, 'é'] })).toBe(`sha256:${expected}`);
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        expect(digestOf(Object.fromEntries(Object.entries(object).reverse()))).toBe(digestOf(object));
      }),
    );
  });

  it('takes an undefined field for an absent one', () => {
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  });

  it('tells 1 from "1" and an absent field from null', () => {
    expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: '1' }));
    expect(digestOf({ a: null })).not.toBe(digestOf({}));
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => digestOf(undefined)).toThrow('only what JSON can hold');
  });
});
