import { expect, test } from 'vitest';
import { firstDifference } from './first-difference.ts';

test.each<[unknown, unknown, (string | number)[] | undefined]>([
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, undefined],
  [{ a: 1 }, { a: 2 }, ['a']],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, ['a', 1, 'b']],
  [[1, 2], [1], [1]],
  [{}, { a: 1 }, ['a']],
  [{ a: {} }, { a: [] }, ['a']],
  [{ a: null }, { a: {} }, ['a']],
  [1, '1', []],
  [Object.fromEntries([['__proto__', 1]]), {}, ['__proto__']],
])('%j and %j differ first at %j', (one, other, path) => {
  expect(firstDifference(one, other)).toEqual(path);
});
