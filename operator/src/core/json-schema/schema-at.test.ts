import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { parsePath } from '../template/parse-path.ts';
import { schemaAt, type SchemaAt } from './schema-at.ts';

/** What stands at a path of a step's result, the path written as in a template. */
function at(schema: JsonObject, path: string): SchemaAt {
  const parsed = parsePath(`step${path}`);
  if ('problem' in parsed) throw new Error(parsed.problem.message);
  return schemaAt(schema, parsed.reference.segments);
}

const text = { type: 'string' };
const number = { type: 'number' };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });
const list = (items: JsonObject | boolean): JsonObject => ({ type: 'array', items });

const cases: Record<string, { schema: JsonObject; path: string; expected: SchemaAt }> = {
  'the root itself': { schema: object({ a: text }), path: '', expected: { schema: object({ a: text }) } },
  'a field': { schema: object({ a: text }), path: '.a', expected: { schema: text } },
  'a nested field': { schema: object({ a: object({ b: number }) }), path: '.a.b', expected: { schema: number } },
  'an item': { schema: object({ a: list(text) }), path: '.a[3]', expected: { schema: text } },
  'an item of a tuple': {
    schema: { type: 'array', prefixItems: [text, number] },
    path: '[1]',
    expected: { schema: number },
  },
  'an item behind a tuple': {
    schema: { type: 'array', prefixItems: [text], items: number },
    path: '[5]',
    expected: { schema: number },
  },
  'all items': { schema: list(text), path: '[*]', expected: { schema: list(text) } },
  'a field of all items is a list': {
    schema: list(object({ a: text })),
    path: '[*].a',
    expected: { schema: list(text) },
  },
  'a splat in a splat adds to the same list': {
    schema: list(object({ tags: list(text) })),
    path: '[*].tags[*]',
    expected: { schema: list(text) },
  },
  'a list of lists without the second splat': {
    schema: list(object({ tags: list(text) })),
    path: '[*].tags',
    expected: { schema: list(list(text)) },
  },
  'a splat is a list even when nothing is known of what follows': {
    schema: list({}),
    path: '[*].a',
    expected: { schema: { type: 'array' } },
  },
  'a field that is not listed': {
    schema: object({ a: text, b: text }),
    path: '.c',
    expected: { missing: 'c', known: ['a', 'b'], at: '' },
  },
  'a deeper field that is not listed': {
    schema: object({ a: list(object({ b: text })) }),
    path: '.a[0].c',
    expected: { missing: 'c', known: ['b'], at: 'a[0]' },
  },
  'a field of the prototype is not listed': {
    schema: object({ a: text }),
    path: '.constructor',
    expected: { missing: 'constructor', known: ['a'], at: '' },
  },
  'a field with the name of the prototype': {
    schema: JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as JsonObject,
    path: '.__proto__',
    expected: { schema: text },
  },
  'a field of text': { schema: object({ a: text }), path: '.a.b', expected: { missing: 'b', known: [], at: 'a' } },
  'an item of an object': { schema: object({ a: object({}) }), path: '.a[0]', expected: { notList: '[0]', at: 'a' } },
  'a splat over text': { schema: object({ a: text }), path: '.a[*].b', expected: { notList: '[*]', at: 'a' } },
  'room for other fields': {
    schema: object({ a: text }, { additionalProperties: true }),
    path: '.b',
    expected: { unknown: true },
  },
  'other fields have a schema': {
    schema: object({ a: text }, { additionalProperties: number }),
    path: '.b',
    expected: { schema: number },
  },
  'fields by pattern': {
    schema: object({ a: text }, { patternProperties: { '^x-': number } }),
    path: '.x-1',
    expected: { schema: number },
  },
  'fields by pattern leave room': {
    schema: object({ a: text }, { patternProperties: { '^x-': number } }),
    path: '.b',
    expected: { unknown: true },
  },
  'fields by pattern and no others': {
    schema: object({ a: text }, { patternProperties: { '^x-': number }, additionalProperties: false }),
    path: '.b',
    expected: { missing: 'b', known: ['a'], at: '' },
  },
  'a schema that says nothing of fields': { schema: { type: 'object' }, path: '.a', expected: { unknown: true } },
  'an object with no fields at all': {
    schema: { additionalProperties: false },
    path: '.a',
    expected: { missing: 'a', known: [], at: '' },
  },
  'an empty schema': { schema: {}, path: '.a.b[0]', expected: { unknown: true } },
  'through a reference': {
    schema: { $ref: '#/$defs/x', $defs: { x: object({ a: text }) } },
    path: '.a',
    expected: { schema: text },
  },
  'the end is a reference': {
    schema: object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: object({ b: { $ref: '#/$defs/y' } }), y: number } }),
    path: '.a',
    expected: { schema: object({ b: number }) },
  },
  'through an anchor and an embedded schema': {
    schema: object(
      { a: { $ref: 'https://example.com/x#part' } },
      { $defs: { x: { $id: 'https://example.com/x', $defs: { p: { $anchor: 'part', ...object({ b: text }) } } } } },
    ),
    path: '.a.b',
    expected: { schema: text },
  },
  'a recursive schema': {
    schema: object({ value: text, next: { $ref: '#' } }),
    path: '.next.next.next.value',
    expected: { schema: text },
  },
  'the end is recursive': {
    schema: object({ value: text, next: { $ref: '#' } }),
    path: '.next',
    expected: { schema: object({ value: text, next: {} }) },
  },
  'a field of one part of allOf': {
    schema: { allOf: [object({ a: text }), object({ b: number })] },
    path: '.b',
    expected: { schema: number },
  },
  'a field of no part of allOf': {
    schema: { allOf: [object({ a: text }), object({ b: number })] },
    path: '.c',
    expected: { missing: 'c', known: ['a', 'b'], at: '' },
  },
  'a field of several parts': {
    schema: {
      allOf: [
        object({ a: { type: ['string', 'null'], minLength: 1 } }),
        object({ a: { type: 'string', minLength: 3 } }),
      ],
    },
    path: '.a',
    expected: { schema: { type: 'string', minLength: 3 } },
  },
  'what several parts say of a field': {
    schema: {
      allOf: [
        object({ a: { enum: [1, 2, 3], description: 'first' } }),
        object({ a: { enum: [2, 3, 4], description: 'second' } }),
      ],
    },
    path: '.a',
    expected: { schema: { type: 'integer', enum: [2, 3], description: 'first' } },
  },
  'bounds, lengths and items of several parts': {
    schema: {
      allOf: [
        { items: text, minItems: 1, maxItems: 5, contains: text },
        { type: 'array', items: { minLength: 2 }, minItems: 2, maxItems: 9, uniqueItems: true },
      ],
    },
    path: '',
    expected: {
      schema: {
        type: 'array',
        ...{ minItems: 2, maxItems: 5, uniqueItems: true },
        allOf: [{ items: text, contains: text }, { items: { minLength: 2 } }],
      },
    },
  },
  'fields of several parts': {
    schema: {
      allOf: [
        object({ a: text, b: text }, { required: ['a'], title: 'One' }),
        object({ b: { minLength: 2 }, c: number }, { required: ['a', 'c'], title: 'Other' }),
      ],
    },
    path: '',
    expected: {
      schema: object(
        { a: text, b: { type: 'string', minLength: 2 }, c: number },
        { required: ['a', 'c'], title: 'One' },
      ),
    },
  },
  'fields of several parts that leave no room for each other': {
    schema: { allOf: [object({ a: text }, { additionalProperties: false }), object({ b: number })] },
    path: '',
    expected: {
      schema: object(
        { a: text, b: number },
        {
          allOf: [{ properties: { a: text }, additionalProperties: false }, { properties: { b: number } }],
        },
      ),
    },
  },
  'keywords that cannot be combined': {
    schema: { type: 'string', pattern: 'a', allOf: [{ pattern: 'b', format: 'email' }, { pattern: 'a' }] },
    path: '',
    expected: { schema: { type: 'string', pattern: 'a', format: 'email', allOf: [{ pattern: 'b' }] } },
  },
  'parts that contradict each other': {
    schema: { properties: { a: { allOf: [text, number] } } },
    path: '.a',
    expected: { schema: { not: {} } },
  },
  'a field that must not be there': {
    schema: { properties: { a: { allOf: [false, text] } } },
    path: '.a',
    expected: { schema: { not: {} } },
  },
  'references in all kinds of places': {
    schema: {
      $defs: { t: text },
      properties: {
        a: {
          anyOf: [{ $ref: '#/$defs/t' }, true],
          patternProperties: { '^x': { $ref: '#/$defs/t' } },
          items: { $ref: '#/properties/a/anyOf/0' },
        },
      },
    },
    path: '.a',
    expected: { schema: { anyOf: [text, true], patternProperties: { '^x': text }, items: text } },
  },
  'a dynamic reference': {
    schema: {
      properties: { a: { $dynamicRef: '#d', description: 'kept' } },
      $defs: { d: { $dynamicAnchor: 'd', type: 'string' } },
    },
    path: '.a',
    expected: { schema: { description: 'kept' } },
  },
  'a part behind a dynamic reference': {
    schema: { $dynamicRef: '#d', properties: { b: text }, $defs: { d: { $dynamicAnchor: 'd' } } },
    path: '.a',
    expected: { unknown: true },
  },
  'a field of all alternatives that are the same': {
    schema: { anyOf: [{ $ref: '#/$defs/x' }, { $ref: '#/$defs/x' }], $defs: { x: object({ a: text }) } },
    path: '.a',
    expected: { schema: text },
  },
  'a field of alternatives in several parts': {
    schema: {
      anyOf: [object({ a: { allOf: [text, { minLength: 1 }] } }), object({ a: { $ref: '#/$defs/n' } })],
      $defs: { n: number },
    },
    path: '.a',
    expected: { schema: { anyOf: [{ type: 'string', minLength: 1 }, number] } },
  },
  'an alternative that may be anything': {
    schema: { anyOf: [object({ a: text }), true] },
    path: '.a',
    expected: { unknown: true },
  },
  'alternatives beside an open object': {
    schema: { additionalProperties: true, anyOf: [object({ a: text }), object({ b: text })] },
    path: '.c',
    expected: { unknown: true },
  },
  'what is left over has a schema': {
    schema: { type: 'object', unevaluatedProperties: number },
    path: '.b',
    expected: { unknown: true },
  },
  'a field of all alternatives': {
    schema: { anyOf: [object({ a: text }), object({ a: number })] },
    path: '.a',
    expected: { schema: { anyOf: [text, number] } },
  },
  'a field of some alternatives': {
    schema: { oneOf: [object({ a: text }), object({ b: number })] },
    path: '.a',
    expected: { unknown: true },
  },
  'a field of no alternative': {
    schema: { anyOf: [object({ a: text }), object({ b: number })] },
    path: '.c',
    expected: { missing: 'c', known: ['a', 'b'], at: '' },
  },
  'a field beside alternatives': {
    schema: object({ kind: text }, { anyOf: [object({ a: text }), object({ b: number })] }),
    path: '.kind',
    expected: { schema: text },
  },
  'an alternative that cannot have fields': {
    schema: { anyOf: [object({ a: text }), { type: 'null' }] },
    path: '.a',
    expected: { unknown: true },
  },
  'alternatives that refer to themselves': {
    schema: { anyOf: [object({ a: text }), { $ref: '#' }] },
    path: '.a',
    expected: { schema: text },
  },
  'a schema with conditions may have more fields': {
    schema: object({ a: text }, { if: { required: ['a'] }, then: object({ b: text }) }),
    path: '.b',
    expected: { unknown: true },
  },
  'a schema that cannot be used tells nothing': { schema: { type: 'text' }, path: '.a', expected: { unknown: true } },
};

describe('schemaAt', () => {
  test.each(Object.entries(cases))('%s', (_, { schema, path, expected }) => {
    expect(at(schema, path)).toEqual(expected);
  });
});
