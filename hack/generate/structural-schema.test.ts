import { expect, test } from 'vitest';
import { z } from 'zod';
import { inlineReferences } from './inline-references.ts';
import { type Problem, toJsonSchema } from './json-schema.ts';
import { toStructuralSchema } from './structural-schema.ts';

function convert(schema: z.ZodType) {
  const problems: Problem[] = [];
  const place = { path: 'Thing', problems };
  return { schema: toStructuralSchema(inlineReferences(toJsonSchema(schema, place)), place), problems };
}

const preserved = { 'x-kubernetes-preserve-unknown-fields': true };

const conversions: Record<string, { zod: z.ZodType; structural: object }> = {
  'a strict object loses additionalProperties, which may not stand beside properties': {
    zod: z.strictObject({ a: z.boolean() }),
    structural: { type: 'object', required: ['a'], properties: { a: { type: 'boolean' } } },
  },
  'an optional field is not required': {
    zod: z.strictObject({ a: z.boolean().optional() }),
    structural: { type: 'object', properties: { a: { type: 'boolean' } } },
  },
  'a field with a default is not required, and the default stays': {
    zod: z.strictObject({ a: z.int().default(3) }),
    structural: { type: 'object', properties: { a: { type: 'integer', default: 3 } } },
  },
  'a nullable text is marked': { zod: z.string().nullable(), structural: { type: 'string', nullable: true } },
  'a nullable object is marked': {
    zod: z.strictObject({ a: z.boolean() }).nullable(),
    structural: { type: 'object', nullable: true, required: ['a'], properties: { a: { type: 'boolean' } } },
  },
  'the bounds of safe integers say nothing and are dropped': { zod: z.int(), structural: { type: 'integer' } },
  'real bounds stay': { zod: z.int().min(1).max(9), structural: { type: 'integer', minimum: 1, maximum: 9 } },
  'exclusive bounds become flags': {
    zod: z.number().gt(0).lt(1),
    structural: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
  },
  'a union of whole numbers and texts is an int-or-string': {
    zod: z.union([
      z.int().min(0),
      z
        .string()
        .max(8)
        .regex(/^\d+%$/),
    ]),
    structural: { 'x-kubernetes-int-or-string': true, minimum: 0, maxLength: 8, pattern: '^\\d+%$' },
  },
  'the fixed texts of an int-or-string become a pattern, because an enum would refuse the numbers': {
    zod: z.union([z.enum(['low', 'high']), z.int()]),
    structural: { 'x-kubernetes-int-or-string': true, pattern: '^(low|high)$' },
  },
  'a union of fixed texts is one enum': {
    zod: z.union([z.literal('a'), z.enum(['b', 'c'])]),
    structural: { type: 'string', enum: ['a', 'b', 'c'] },
  },
  'free JSON is preserved without a type, null included': {
    zod: z.unknown().meta({ ...preserved, description: 'Anything.' }),
    structural: { description: 'Anything.', nullable: true, ...preserved },
  },
  "zod's own JSON is free JSON too": {
    zod: z.json().meta(preserved),
    structural: { nullable: true, ...preserved },
  },
  'a free object is preserved with its type': {
    zod: z.record(z.string(), z.unknown()).meta(preserved),
    structural: { type: 'object', ...preserved },
  },
  'an open object that is marked keeps its fields and preserves the rest': {
    zod: z.looseObject({ a: z.boolean() }).meta(preserved),
    structural: { type: 'object', required: ['a'], properties: { a: { type: 'boolean' } }, ...preserved },
  },
  'a map has additionalProperties': {
    zod: z.record(z.string().max(5), z.int()).meta({ maxProperties: 4 }),
    structural: { type: 'object', maxProperties: 4, additionalProperties: { type: 'integer' } },
  },
  'a map with fixed keys is an object': {
    zod: z.partialRecord(z.enum(['a', 'b']), z.int()),
    structural: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
  },
  'a list is atomic unless it says otherwise': {
    zod: z.array(z.string().max(9)).min(1).max(3),
    structural: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      'x-kubernetes-list-type': 'atomic',
      items: { type: 'string', maxLength: 9 },
    },
  },
  'a list with keys keeps them': {
    zod: z
      .array(z.strictObject({ name: z.string().max(9) }))
      .max(3)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    structural: {
      type: 'array',
      maxItems: 3,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 9 } } },
    },
  },
  "a time keeps its format and loses zod's pattern for it": {
    zod: z.iso.datetime().max(40),
    structural: { type: 'string', format: 'date-time', maxLength: 40 },
  },
  'a format that Kubernetes does not know is dropped, its pattern stays': {
    zod: z.nanoid(),
    structural: { type: 'string', pattern: '^[a-zA-Z0-9_-]{21}$' },
  },
  'several patterns stay side by side': {
    zod: z.string().regex(/^a/).regex(/z$/),
    structural: { type: 'string', allOf: [{ pattern: '^a' }, { pattern: 'z$' }] },
  },
  'an intersection of objects is one object': {
    zod: z.strictObject({ a: z.boolean() }).and(z.strictObject({ b: z.boolean() })),
    structural: {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'boolean' }, b: { type: 'boolean' } },
    },
  },
  'rules stay where they stand, and an empty list of them goes': {
    zod: z.strictObject({
      a: z.boolean().meta({ 'x-kubernetes-validations': [{ rule: 'self', message: 'a must be true' }] }),
      b: z.boolean().meta({ 'x-kubernetes-validations': [] }),
    }),
    structural: {
      type: 'object',
      required: ['a', 'b'],
      properties: {
        a: { type: 'boolean', 'x-kubernetes-validations': [{ rule: 'self', message: 'a must be true' }] },
        b: { type: 'boolean' },
      },
    },
  },
  'a schema that is used twice is written twice': {
    zod: (() => {
      const shared = z.strictObject({ a: z.boolean() }).meta({ id: 'SharedInTest', description: 'Shared.' });
      return z.strictObject({ x: shared, y: shared.meta({ description: 'The other.' }) });
    })(),
    structural: {
      type: 'object',
      required: ['x', 'y'],
      properties: {
        x: { description: 'Shared.', type: 'object', required: ['a'], properties: { a: { type: 'boolean' } } },
        y: { description: 'The other.', type: 'object', required: ['a'], properties: { a: { type: 'boolean' } } },
      },
    },
  },
};

test.each(Object.entries(conversions))('%s', (_, { zod, structural }) => {
  expect(convert(zod)).toEqual({ schema: structural, problems: [] });
});

const refusals: Record<string, { zod: z.ZodType; message: RegExp; path?: string }> = {
  'a tuple': { zod: z.tuple([z.int(), z.string()]), message: /cannot say a tuple/ },
  'a union of a text and a truth value': { zod: z.union([z.string(), z.boolean()]), message: /use one type/ },
  'free JSON without its mark': { zod: z.strictObject({ a: z.unknown() }), message: /free JSON/, path: 'Thing.a' },
  'an open object without its mark': { zod: z.looseObject({}), message: /make it strict/ },
  'a pattern that looks ahead': { zod: z.string().regex(/^(?!x)/), message: /looks ahead/ },
  'a pattern that refers back': { zod: z.string().regex(/^(a)\1$/), message: /refers back/ },
  'a pattern that repeats more than RE2 does': { zod: z.string().regex(/^a{0,2000}$/), message: /at most 1000 times/ },
  'a pattern with flags': { zod: z.strictObject({ a: z.string().regex(/^a$/i) }), message: /flags/ },
  'a map whose keys have a pattern': {
    zod: z.record(z.string().regex(/^[a-z]+$/), z.int()),
    message: /pattern for keys/,
  },
  'two enums beside a number': {
    zod: z.union([z.enum(['a']), z.enum(['b']), z.int()]),
    message: /merge the texts/,
  },
  'a keyword from elsewhere': { zod: z.string().meta({ contentEncoding: 'base64' }), message: /'contentEncoding'/ },
};

test.each(Object.entries(refusals))('%s is reported with its place', (_, { zod, message, path }) => {
  const { problems } = convert(zod);
  expect(problems).toEqual([
    { path: path ?? (expect.stringMatching(/^Thing/) as string), message: expect.stringMatching(message) as string },
  ]);
});

test('a pattern that only escapes a backslash before a digit is none that refers back', () => {
  expect(convert(z.string().regex(/^\\1$/)).problems).toEqual([]);
});
