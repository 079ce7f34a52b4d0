import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { type Assignability, isAssignable } from './is-assignable.ts';

const text = { type: 'string' };
const number = { type: 'number' };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });
const list = (items: JsonObject): JsonObject => ({ type: 'array', items });

const cases: Record<string, { from: JsonObject; to: JsonObject; expected: Assignability }> = {
  'the same type': { from: text, to: { type: 'string' }, expected: true },
  'another type': { from: text, to: number, expected: false },
  'anything to a type': { from: {}, to: text, expected: 'unknown' },
  'a type to anything': { from: text, to: {}, expected: true },
  'anything to nothing': { from: text, to: { not: {} }, expected: 'unknown' },
  'a whole number to a number': { from: { type: 'integer' }, to: number, expected: true },
  'a number to a whole number': { from: number, to: { type: 'integer' }, expected: 'unknown' },
  'text or null to text': { from: { type: ['string', 'null'] }, to: text, expected: 'unknown' },
  'text to text or null': { from: text, to: { type: ['string', 'null'] }, expected: true },
  'text or null to a number': { from: { type: ['string', 'null'] }, to: number, expected: false },
  'a constant that fits': { from: { const: 5 }, to: { minimum: 3 }, expected: true },
  'a constant that does not fit': { from: { const: 1 }, to: { minimum: 3 }, expected: false },
  'an enumeration of which some fit': {
    from: { enum: ['a', 'bb'] },
    to: { type: 'string', minLength: 2 },
    expected: 'unknown',
  },
  'an enumeration of which all fit': { from: { enum: ['a', 'b'] }, to: { enum: ['a', 'b', 'c'] }, expected: true },
  'an enumeration of which none fit': { from: { enum: ['a', 'b'] }, to: { enum: ['c'] }, expected: false },
  'text to an enumeration': { from: text, to: { enum: ['a'] }, expected: 'unknown' },
  'a number to an enumeration of texts': { from: number, to: { enum: ['a'] }, expected: false },
  'text to text with a pattern': { from: text, to: { type: 'string', pattern: '^a' }, expected: 'unknown' },
  'text with a pattern to the same': {
    from: { pattern: '^a', type: 'string' },
    to: { type: 'string', pattern: '^a' },
    expected: true,
  },
  'a list to a list of the same': { from: list(text), to: list(text), expected: true },
  'a list to a list of others': { from: list(text), to: list(number), expected: false },
  'a list to any list': { from: list(text), to: { type: 'array' }, expected: true },
  'any list to a list of texts': { from: { type: 'array' }, to: list(text), expected: 'unknown' },
  'a list to an object': { from: list(text), to: object({}), expected: false },
  'a tuple to a list': { from: { type: 'array', prefixItems: [text] }, to: list(text), expected: 'unknown' },
  'a list to a tuple': { from: list(text), to: { type: 'array', prefixItems: [text] }, expected: 'unknown' },
  'an object that may lack what is needed, and has it otherwise when it has it': {
    from: object({ a: number }),
    to: object({ a: text }, { required: ['a'] }),
    expected: false,
  },
  'an object with what is needed': {
    from: object({ a: text, b: number }, { required: ['a'] }),
    to: object({ a: text }, { required: ['a'] }),
    expected: true,
  },
  'an object that may lack what is needed': {
    from: object({ a: text }),
    to: object({ a: text }, { required: ['a'] }),
    expected: 'unknown',
  },
  'an object without what is needed, and no room for it': {
    from: object({ b: text }, { additionalProperties: false }),
    to: object({ a: text }, { required: ['a'] }),
    expected: false,
  },
  'an object without what is needed, and room for it': {
    from: object({ b: text }),
    to: object({ a: text }, { required: ['a'] }),
    expected: 'unknown',
  },
  'an object whose field is of another type': {
    from: object({ a: text }, { required: ['a'] }),
    to: object({ a: number }),
    expected: false,
  },
  'an object whose field is of another type, but may be left out': {
    from: object({ a: text }),
    to: object({ a: number }),
    expected: 'unknown',
  },
  'an object with a field that is not wanted': {
    from: object({ a: text, b: text }, { required: ['a', 'b'] }),
    to: object({ a: text }, { additionalProperties: false }),
    expected: false,
  },
  'an object with a field that need not be there and is not wanted': {
    from: object({ a: text, b: text }, { required: ['a'] }),
    to: object({ a: text }, { additionalProperties: false }),
    expected: 'unknown',
  },
  'alternatives that all fit': { from: { anyOf: [text, { const: 'a' }] }, to: text, expected: true },
  'alternatives of which one fits': { from: { anyOf: [text, number] }, to: text, expected: 'unknown' },
  'alternatives of which none fits': { from: { oneOf: [text, number] }, to: { type: 'boolean' }, expected: false },
  'to one of several alternatives': { from: text, to: { anyOf: [number, text] }, expected: true },
  'to none of several alternatives': { from: { type: 'boolean' }, to: { anyOf: [number, text] }, expected: false },
  'to more than one of oneOf': { from: text, to: { oneOf: [text, { type: ['string', 'null'] }] }, expected: 'unknown' },
  'through references': {
    from: { $ref: '#/$defs/a', $defs: { a: object({ x: { $ref: '#/$defs/b' } }, { required: ['x'] }), b: text } },
    to: { allOf: [object({ x: number })] },
    expected: false,
  },
  'recursive schemas': {
    from: object({ next: { $ref: '#' } }),
    to: object({ next: { $ref: '#' }, more: text }),
    expected: 'unknown',
  },
  'nothing that fits from': { from: { allOf: [text, number] }, to: { type: 'boolean' }, expected: true },
  'text or an object to an object that it does not fit': {
    from: { type: ['string', 'object'], properties: { a: text }, required: ['a'] },
    to: { type: ['string', 'object'], properties: { a: number } },
    expected: 'unknown',
  },
  'never to what nothing fits': { from: text, to: { allOf: [false] }, expected: false },
  'nothing to anything': { from: { allOf: [false] }, to: text, expected: true },
  'a constant null': { from: { const: null }, to: { type: 'null' }, expected: true },
  'alternatives that come from another schema': {
    from: { properties: { a: { enum: [1, 2] } }, required: ['a'] },
    to: { anyOf: [{ properties: { a: { const: 1 } } }, { properties: { a: { const: 2 } } }] },
    expected: 'unknown',
  },
  'the same keyword beside others that change its meaning': {
    from: { type: 'array', contains: text, minContains: 0 },
    to: { type: 'array', contains: text, maxItems: 5 },
    expected: 'unknown',
  },
  'a list that need contain nothing to one that must': {
    from: { type: 'array', contains: text, minContains: 0 },
    to: { type: 'array', contains: text },
    expected: 'unknown',
  },
  'a schema that cannot be used': { from: { type: 'text' }, to: number, expected: 'unknown' },
  'fields with names of the prototype': {
    from: object({ a: text }),
    to: object({ constructor: number }),
    expected: 'unknown',
  },
};

describe('isAssignable', () => {
  test.each(Object.entries(cases))('%s', (_, { from, to, expected }) => {
    expect(isAssignable(from, to)).toBe(expected);
  });
});

test('looking for many fields is counted, though none of them is compared', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `f${index}`);
  const wide = { type: 'object', properties: Object.fromEntries(names.map((name) => [name, true])) };
  const budget = { left: 100_000 };
  isAssignable({ type: 'object', properties: {}, additionalProperties: false }, wide, budget);
  expect(100_000 - budget.left).toBeGreaterThan(names.length);
});
