import { expect, test } from 'vitest';
import { defined, without } from './defined.ts';

test('fields without a value are left out; null, zero and empty text are values', () => {
  expect(Object.entries(defined({ a: undefined, b: null, c: 0, d: '' }))).toEqual([
    ['b', null],
    ['c', 0],
    ['d', ''],
  ]);
});

test('some fields can be left out, and the object stays as it was', () => {
  const object = { a: 1, b: 2, c: 3 };
  expect(without(object, 'a', 'c')).toEqual({ b: 2 });
  expect(object).toEqual({ a: 1, b: 2, c: 3 });
});
