import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { exampleOf } from './example-of.ts';
import { validateJson } from './validate-json.ts';

const text = { type: 'string' };

const cases: Record<string, { schema: JsonObject; example: JsonValue }> = {
  text: { schema: text, example: 'text' },
  'text of a length': { schema: { type: 'string', minLength: 6 }, example: 'textte' },
  'text that must be short': { schema: { type: 'string', maxLength: 2 }, example: 'xt' },
  'text that must be empty': { schema: { type: 'string', maxLength: 0 }, example: '' },
  'a format': { schema: { type: 'string', format: 'date-time' }, example: '2026-01-31T12:00:00Z' },
  'a format that nobody knows': { schema: { type: 'string', format: 'shoe-size' }, example: 'text' },
  'a pattern': { schema: { type: 'string', pattern: '^[A-Z]{2}-\\d{3,}(?:x|y)?$' }, example: 'AA-000' },
  'a pattern of a length': { schema: { type: 'string', pattern: '^(?:ab)*$', minLength: 5 }, example: 'ababababab' },
  'a pattern with all kinds of parts': {
    schema: { type: 'string', pattern: '^\\w\\W\\s\\S[^a-z](?P<n>.)(?i)é{2}\\.\\x41\\p{Lu}[[:digit:]]\\b$' },
    example: 'a- aAaéé.AA0',
  },
  'a number': { schema: { type: 'number' }, example: 0 },
  'a number within bounds': { schema: { type: 'number', minimum: 3, maximum: 5 }, example: 3 },
  'a number below a bound': { schema: { type: 'number', maximum: -3 }, example: -3 },
  'a number above a bound that is left out': { schema: { type: 'integer', exclusiveMinimum: 7 }, example: 8 },
  'a multiple above a bound': { schema: { type: 'number', minimum: 0.35, multipleOf: 0.1 }, example: 0.4 },
  'a number with no whole number in its bounds': {
    schema: { type: 'number', exclusiveMinimum: 0.5, exclusiveMaximum: 0.6 },
    example: 0.55,
  },
  'a boolean': { schema: { type: 'boolean' }, example: true },
  null: { schema: { type: 'null' }, example: null },
  'something rather than null': { schema: { type: ['null', 'boolean'] }, example: true },
  anything: { schema: {}, example: 'text' },
  'what its keywords speak of': { schema: { minimum: 2 }, example: 2 },
  'a constant': { schema: { const: { a: [1] } }, example: { a: [1] } },
  'the first of a list of values that fits': { schema: { enum: ['a', 'bb'], minLength: 2 }, example: 'bb' },
  'a default': { schema: { type: 'integer', default: 42 }, example: 42 },
  'a default that does not fit': { schema: { type: 'integer', default: 'many' }, example: 0 },
  'an example of its own': { schema: { examples: [{ x: 1 }, { x: 2 }] }, example: { x: 1 } },
  'all fields, required or not, in their order': {
    schema: { type: 'object', properties: { b: text, a: { type: 'integer' } }, required: ['a'] },
    example: { b: 'text', a: 0 },
  },
  'a required field that nobody describes': { schema: { type: 'object', required: ['a'] }, example: { a: 'text' } },
  'a field that must not be there': { schema: { properties: { a: false, b: text } }, example: { b: 'text' } },
  'as many fields as there have to be': {
    schema: {
      type: 'object',
      properties: { field1: text },
      minProperties: 3,
      additionalProperties: { type: 'integer' },
    },
    example: { field1: 'text', field2: 0, field3: 0 },
  },
  'as few fields as there may be': {
    schema: { type: 'object', properties: { a: text, b: text, c: text }, required: ['c'], maxProperties: 2 },
    example: { a: 'text', c: 'text' },
  },
  'a field that another brings with it': {
    schema: {
      properties: { a: text },
      dependentRequired: { a: ['z'] },
      dependentSchemas: { a: { properties: { y: { type: 'integer' } } } },
    },
    example: { a: 'text', y: 0, z: 'text' },
  },
  'a list with one item': { schema: { type: 'array', items: text }, example: ['text'] },
  'a list of nothing in particular': { schema: { type: 'array' }, example: ['text'] },
  'a list that must be empty': { schema: { type: 'array', items: text, maxItems: 0 }, example: [] },
  'a list of different items': {
    schema: { type: 'array', items: text, minItems: 3, uniqueItems: true },
    example: ['text', 'text2', 'text3'],
  },
  'a list of different objects': {
    schema: {
      type: 'array',
      items: { properties: { on: { type: 'boolean' }, at: { format: 'date' } } },
      minItems: 2,
      uniqueItems: true,
    },
    example: [
      { on: true, at: '2026-01-31' },
      { on: false, at: '2027-01-31' },
    ],
  },
  'a list of different values from a list': {
    schema: { type: 'array', items: { enum: ['x', 'y'] }, minItems: 2, uniqueItems: true },
    example: ['x', 'y'],
  },
  'a tuple': { schema: { prefixItems: [text, { type: 'integer' }], items: false }, example: ['text', 1] },
  'a list that must contain something': {
    schema: { type: 'array', prefixItems: [{ type: 'integer' }], contains: { const: 'z' }, minContains: 2 },
    example: [0, 'z', 'z'],
  },
  'the first of several alternatives that works': {
    schema: { oneOf: [{ type: 'object', properties: { k: { const: 'x' } }, required: ['k'] }, text] },
    example: { k: 'x' },
  },
  'alternatives in alternatives': {
    schema: { anyOf: [{ allOf: [{ type: 'null' }, text] }, { anyOf: [{ const: 7 }] }] },
    example: 7,
  },
  'a field of which alternatives say different things': {
    schema: {
      properties: { a: true },
      anyOf: [{ properties: { a: { anyOf: [{ const: 1 }, { const: 2 }] } }, required: ['a'] }],
    },
    example: { a: 1 },
  },
  'fields that only alternatives speak of': {
    schema: {
      required: ['a'],
      anyOf: [{ properties: { a: { type: 'integer' } } }, { properties: { a: { type: 'null' } } }],
    },
    example: { a: 0 },
  },
  'all parts together': {
    schema: {
      allOf: [{ properties: { a: text } }, { $ref: '#/$defs/b' }],
      $defs: { b: { properties: { b: { const: 3 } } } },
    },
    example: { a: 'text', b: 3 },
  },
  'what a condition asks for': {
    schema: {
      properties: { a: { const: 1 } },
      required: ['a'],
      if: { properties: { a: { const: 1 } } },
      then: { required: ['b'] },
    },
    example: { a: 1, b: 'text' },
  },
  'what is asked for otherwise': {
    schema: {
      type: 'object',
      properties: { a: { const: 2 } },
      if: { properties: { a: { const: 1 } } },
      else: { required: ['c'] },
    },
    example: { a: 2, c: 'text' },
  },
  'what is not excluded': { schema: { not: { type: 'string' } }, example: 0 },
  'a recursive schema, once': {
    schema: {
      type: 'object',
      properties: { value: text, next: { $ref: '#' }, list: { type: 'array', items: { $ref: '#' } } },
    },
    example: { value: 'text', list: [] },
  },
  'a recursive schema that has to go on, as short as it may': {
    schema: { type: 'object', required: ['next'], properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } } },
    example: { next: null },
  },
  'fields with names of the prototype': {
    schema: JSON.parse('{"properties":{"__proto__":{"type":"integer"},"constructor":{"type":"null"}}}') as JsonObject,
    example: JSON.parse('{"__proto__":0,"constructor":null}') as JsonValue,
  },
};

describe('the example of', () => {
  test.each(Object.entries(cases))('%s', (_, { schema, example }) => {
    expect(exampleOf(schema)).toEqual(example);
    expect(validateJson(schema, example)).toEqual({ findings: [] });
  });

  test('a schema that cannot be used is null', () => {
    expect(exampleOf({ type: 'nothing' })).toBeNull();
  });

  test('a schema that nothing fits is something, all the same', () => {
    expect(exampleOf({ type: 'string', minLength: 5, maxLength: 2 })).toBeTypeOf('string');
    expect(exampleOf({ allOf: [text, { type: 'number' }] })).toBeNull();
  });
});
