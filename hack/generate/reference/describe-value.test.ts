import { expect, test } from 'vitest';
import { z } from 'zod';
import { toJsonSchema } from '../json-schema.ts';
import { describeBounds, describeType } from './describe-value.ts';

const place = { path: 'Thing', problems: [] };
const preserved = { 'x-kubernetes-preserve-unknown-fields': true };

const types: Record<string, [z.ZodType, string]> = {
  'a text': [z.string(), 'string'],
  'a whole number': [z.int(), 'integer'],
  'a choice of texts': [z.enum(['a', 'b']), '`a`, `b`'],
  'one fixed text': [z.literal('a'), '`a`'],
  'a number or a text': [z.union([z.int(), z.string()]), 'integer or string'],
  'a list': [z.array(z.array(z.boolean())), 'list of list of boolean'],
  'a map': [z.record(z.string(), z.int()), 'map of integer'],
  'an object': [z.strictObject({ a: z.int() }), 'object'],
  'free JSON': [z.unknown(), 'any JSON'],
  'a free object': [z.record(z.string(), z.unknown()).meta(preserved), 'object of any JSON'],
  'a time': [z.iso.datetime(), 'time (RFC 3339)'],
};

test.each(Object.entries(types))('%s is told as it is', (_, [schema, words]) => {
  expect(describeType(toJsonSchema(schema, place), {})).toBe(words);
});

test('a schema with a page of its own is linked', () => {
  const step = z.strictObject({ a: z.int() }).meta({ id: 'LinkedInTest' });
  const { properties } = toJsonSchema(z.strictObject({ steps: z.array(step) }), place);
  expect(describeType(properties?.['steps'] ?? {}, { LinkedInTest: 'linked.md' })).toBe(
    'list of [LinkedInTest](linked.md)',
  );
});

const bounds: Record<string, [z.ZodType, string]> = {
  'both bounds': [z.int().min(1).max(1000), '1 to 1,000'],
  'a lower bound of 0 of a number': [z.int().min(0), 'at least 0'],
  'a lower bound of 0 of a length, which says nothing': [z.string().max(9), 'at most 9 characters'],
  'no bounds': [z.int(), ''],
  'the bounds of a list': [z.array(z.int()).min(2).max(3), '2 to 3 items'],
  'a set': [z.array(z.int()).max(3).meta({ 'x-kubernetes-list-type': 'set' }), 'at most 3 items; no duplicates'],
  'list keys': [
    z.array(z.int()).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    'one for each `name`',
  ],
  'a pattern': [z.string().regex(/^a\/b$/), '`^a/b$`'],
  'a pattern that has a name': [
    z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
    'DNS subdomain (RFC 1123)',
  ],
  'a time, whose length says nothing': [z.iso.datetime().max(40), ''],
  'a number or a text': [z.union([z.int().min(1), z.string().max(9)]), 'at least 1; at most 9 characters'],
};

test.each(Object.entries(bounds))('bounds: %s', (_, [schema, words]) => {
  expect(describeBounds(toJsonSchema(schema, place))).toBe(words);
});
