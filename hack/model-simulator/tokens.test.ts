import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PrefixCache } from './prefix-cache.ts';
import { splitTokens, tokenize } from './tokens.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 200 });

describe('tokens', () => {
  test('make up the text again, and break no character', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const pieces = splitTokens(whole);
        expect(pieces.join('')).toBe(whole);
        expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
        expect(tokenize(whole)).toHaveLength(pieces.length);
      }),
    );
  });

  test('are four characters each', () => {
    expect(splitTokens('eight chars')).toEqual(['eigh', 't ch', 'ars']);
    expect(tokenize('ab')).not.toEqual(tokenize('ba'));
  });
});

const numbers = (from: number, length: number) => Array.from({ length }, (_, index) => from + index);

describe('the cache of prefixes', () => {
  test('finds the full blocks with which an earlier prompt began', () => {
    const cache = new PrefixCache(100);
    expect(cache.lookUp(numbers(0, 40))).toEqual({ queried: 40, hit: 0 });
    expect(cache.lookUp([...numbers(0, 33), 9, 9, 9])).toEqual({ queried: 36, hit: 32 });
    expect(cache.lookUp([7, ...numbers(1, 39)])).toEqual({ queried: 40, hit: 0 });
  });

  test('leaves the last token to be computed', () => {
    const cache = new PrefixCache(100);
    cache.lookUp(numbers(0, 32));
    expect(cache.lookUp(numbers(0, 32)).hit).toBe(16);
  });

  test('keeps tenants with different salts apart', () => {
    const cache = new PrefixCache(100);
    cache.lookUp(numbers(0, 40), 'one');
    expect(cache.lookUp(numbers(0, 40), 'two').hit).toBe(0);
    expect(cache.lookUp(numbers(0, 40), 'one').hit).toBe(32);
  });

  test('forgets what was used longest ago, its end before its beginning', () => {
    const cache = new PrefixCache(4);
    cache.lookUp(numbers(0, 33));
    cache.lookUp(numbers(1000, 49));
    expect(cache.lookUp(numbers(0, 33)).hit).toBe(16);
  });
});
