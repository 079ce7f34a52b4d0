import { expect, test } from 'vitest';
import { checkStructuralSchema, type Half } from './check-structural-schema.ts';
import type { Problem } from './json-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

function complaints(schema: StructuralSchema, half: Half = 'spec') {
  const problems: Problem[] = [];
  checkStructuralSchema(schema, { path: 'x', half, problems });
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

const text = { description: 'A text.', type: 'string', maxLength: 9 };
const list = (items: StructuralSchema, more: StructuralSchema = {}): StructuralSchema => ({
  type: 'array',
  maxItems: 9,
  'x-kubernetes-list-type': 'atomic',
  ...more,
  items,
});
const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };

const cases: Record<string, { schema: StructuralSchema; half?: Half; complaints: string[] }> = {
  'a bounded, described schema is good': {
    schema: { type: 'object', required: ['a'], properties: { a: text } },
    complaints: [],
  },
  'a field needs a description': {
    schema: { type: 'object', properties: { a: { type: 'boolean' } } },
    complaints: ['x.a: needs a description'],
  },
  'a text in the spec needs a maxLength': {
    schema: list({ type: 'string' }),
    complaints: ['x[]: a text in the spec needs a maxLength'],
  },
  'a text with an enum or a format is bounded by it': {
    schema: list({ type: 'string', enum: ['a'] }),
    complaints: [],
  },
  'a text in status may be of any length': { schema: list({ type: 'string' }), half: 'status', complaints: [] },
  'a list needs maxItems, in status too': {
    schema: { type: 'array', items: text },
    half: 'status',
    complaints: ['x: a list needs maxItems'],
  },
  'a map in the spec needs maxProperties': {
    schema: { type: 'object', additionalProperties: text },
    complaints: ['x: a map in the spec needs maxProperties'],
  },
  'a required field must exist': {
    schema: { type: 'object', required: ['b'], properties: { a: text } },
    complaints: ["x: requires 'b', which is no property"],
  },
  'a list key must be required': {
    schema: list({ type: 'object', properties: { name: text } }, keyed),
    complaints: ["x: the list key 'name' must be required or have a default"],
  },
  'a list key may have a default instead': {
    schema: list({ type: 'object', properties: { name: { ...text, default: 'a' } } }, keyed),
    complaints: [],
  },
  'a list key must be a field': {
    schema: list({ type: 'object', properties: {} }, keyed),
    complaints: ["x: the list key 'name' must be a plain field of its items"],
  },
  'a set may not hold objects': {
    schema: list({ type: 'object', properties: {} }, { 'x-kubernetes-list-type': 'set' }),
    complaints: ['x: a set may hold plain values only'],
  },
};

test.each(Object.entries(cases))('%s', (_, { schema, half, complaints: expected }) => {
  expect(complaints(schema, half)).toEqual(expected);
});
