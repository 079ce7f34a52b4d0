import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { formatIssuePath } from '../issue-path.ts';
import { findSchemaProblem, validateJson } from './validate-json.ts';

/** What is said about a value, each finding on a line: its path and its message. */
function complaints(schema: JsonObject, value: JsonValue): readonly string[] {
  const validated = validateJson(schema, value);
  if ('problem' in validated)
    return [`problem at ${formatIssuePath(validated.problem.path)}: ${validated.problem.message}`];
  return validated.findings.map(({ path, message, hint }) =>
    [`${formatIssuePath(path)} ${message}`.trim(), ...(hint === undefined ? [] : [`(${hint})`])].join(' '),
  );
}

const person: JsonObject = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 2 },
    age: { type: 'integer', minimum: 0 },
    email: { format: 'email' },
  },
};
const shape: JsonObject = {
  oneOf: [
    {
      type: 'object',
      properties: { kind: { const: 'circle' }, radius: { type: 'number' } },
      required: ['kind', 'radius'],
    },
    { type: 'object', properties: { kind: { const: 'square' }, side: { type: 'number' } }, required: ['kind', 'side'] },
  ],
};

const wrong: Record<string, { schema: JsonObject; value: JsonValue; says: readonly string[] }> = {
  'another type': { schema: { type: 'number' }, value: 'abc', says: ['must be a number, found the text "abc"'] },
  'none of several types': {
    schema: { type: ['string', 'null'] },
    value: 1,
    says: ['must be text or null, found the number 1'],
  },
  'other than the only value of an enumeration': {
    schema: { enum: ['a'] },
    value: 'b',
    says: ['must be "a", found the text "b" (did you mean a?)'],
  },
  'any value where an enumeration has none': {
    schema: { enum: [] },
    value: 1,
    says: ['must be left out: no value is allowed, found the number 1'],
  },
  'a field beside a schema for all that is not evaluated': {
    schema: { properties: { a: true }, unevaluatedProperties: { type: 'string' } },
    value: { a: 1, b: 'x', c: 2 },
    says: ['c must be text, found the number 2'],
  },
  'a name among others that are allowed': {
    schema: { propertyNames: { maxLength: 2 } },
    value: { ab: 1, abc: 2 },
    says: ['abc is not allowed as a name: it must have at most 2 characters, has 3'],
  },
  'a number that is not whole': {
    schema: { type: 'integer' },
    value: 1.5,
    says: ['must be a whole number, found the number 1.5'],
  },
  'everything at once': {
    schema: person,
    value: { name: 'A', age: -1, mail: 'x', email: 'nobody' },
    says: [
      'name must have at least 2 characters, has 1',
      'age must be at least 0, found -1',
      'email must be an e-mail address, such as someone@example.com, found the text "nobody"',
      'mail is not known here (did you mean email?)',
    ],
  },
  'a field that is missing': { schema: person, value: {}, says: ['name is required'] },
  'a field deep inside': {
    schema: { properties: { people: { items: person } } },
    value: { people: [{ name: 'Ann' }, { name: 5 }] },
    says: ['people[1].name must be text, found the number 5'],
  },
  'a value that is not listed': {
    schema: { enum: ['safe', 'brave', 3] },
    value: 'brav',
    says: ['must be one of "safe", "brave", 3, found the text "brav" (did you mean brave?)'],
  },
  'an object that is not listed': {
    schema: { enum: [{ a: 1, b: 2 }] },
    value: { a: 1 },
    says: ['must be "{\\"a\\":1,\\"b\\":2}", found an object'],
  },
  'not the constant': { schema: { const: null }, value: 0, says: ['must be null, found the number 0'] },
  'an empty enumeration': {
    schema: { enum: [] },
    value: 0,
    says: ['must be left out: no value is allowed, found the number 0'],
  },
  'too large and no multiple': {
    schema: { exclusiveMaximum: 5, multipleOf: 2 },
    value: 5,
    says: ['must be less than 5, found 5', 'must be a multiple of 2, found 5'],
  },
  'an empty text': { schema: { minLength: 1 }, value: '', says: ['must not be empty'] },
  'a text that is too long, emoji counted once': {
    schema: { maxLength: 2 },
    value: '😀😀a',
    says: ['must have at most 2 characters, has 3'],
  },
  'a text that does not match': {
    schema: { pattern: '^[a-z]+$' },
    value: 'A1',
    says: ['must match ^[a-z]+$, found the text "A1"'],
  },
  'a list that is too short': { schema: { minItems: 2 }, value: [1], says: ['must have at least 2 items, has 1'] },
  'a list that is too long for its tuple': {
    schema: { prefixItems: [true], items: false },
    value: [1, 2],
    says: ['must have at most 1 item, has 2'],
  },
  'a repeated item, whatever the order of its keys': {
    schema: { uniqueItems: true },
    value: [{ a: 1, b: 2 }, 3, { b: 2, a: 1 }],
    says: ['[2] is the same as item 0 of the list; each may stand in it once'],
  },
  'too few items that fit': {
    schema: { contains: { const: 1 }, minContains: 2 },
    value: [1, 2],
    says: ['must have at least 2 items of the kind that `contains` describes, has 1'],
  },
  'too many items that fit': {
    schema: { contains: { const: 1 }, maxContains: 1 },
    value: [1, 1],
    says: ['must have at most 1 item of the kind that `contains` describes, has 2'],
  },
  'a text of less than one character': {
    schema: { minLength: 1, maxLength: 1 },
    value: 'ab',
    says: ['must have at most 1 character, has 2'],
  },
  'a field with a strange name that another brings with it': {
    schema: { dependentRequired: { 'a b': ['c'] } },
    value: { 'a b': 1 },
    says: ['c is required beside "a b"'],
  },
  'no type at all': { schema: { type: [] }, value: 1, says: ['must be nothing at all, found the number 1'] },
  'what no alternative takes': {
    schema: { anyOf: [false, false] },
    value: 1,
    says: ['fits none of 2 alternatives; the first: must be left out'],
  },
  'a multiple of a number beyond all numbers': {
    schema: { multipleOf: 0.5 },
    value: JSON.parse('1e999') as JsonValue,
    says: ['must be a multiple of 0.5, found Infinity'],
  },
  'too few fields': { schema: { minProperties: 1 }, value: {}, says: ['must have at least 1 field, has 0'] },
  'a name that is not allowed': {
    schema: { propertyNames: { pattern: '^[a-z]+$' } },
    value: { A: 1 },
    says: ['A is not allowed as a name: it must match ^[a-z]+$, found the text "A"'],
  },
  'a field without its companion': {
    schema: { dependentRequired: { card: ['address'] } },
    value: { card: 1 },
    says: ['address is required beside card'],
  },
  'a field that the whole leaves no room for': {
    schema: { allOf: [{ properties: { size: true } }], properties: { colour: true }, unevaluatedProperties: false },
    value: { size: 1, colour: 2, weight: 3 },
    says: ['weight is not known here (fields here: colour)'],
  },
  'an item that the whole leaves no room for': {
    schema: { prefixItems: [true], unevaluatedItems: { type: 'string' } },
    value: [1, 2],
    says: ['[1] must be text, found the number 2'],
  },
  'a field that must not be there': {
    schema: { properties: { a: false } },
    value: { a: 1 },
    says: ['a must be left out'],
  },
  'what is excluded': {
    schema: { not: { type: 'string' } },
    value: 'a',
    says: ['must not be of the kind that `not` describes'],
  },
  'a condition that asks for more': {
    schema: { if: { properties: { a: { const: 1 } } }, then: { required: ['b'] }, else: { required: ['c'] } },
    value: { a: 1 },
    says: ['b is required'],
  },
  'the one alternative that has the type of the value': {
    schema: { anyOf: [{ type: 'string' }, { type: 'object', required: ['a'] }] },
    value: {},
    says: ['a is required'],
  },
  'the one alternative that the value names': { schema: shape, value: { kind: 'square' }, says: ['side is required'] },
  'the types of all alternatives': {
    schema: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
    value: [],
    says: ['must be text, a number or null, found a list'],
  },
  'alternatives that are equally near': {
    schema: { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    value: {},
    says: ['fits none of 2 alternatives; the first: a is required'],
  },
  'more than one alternative': {
    schema: { oneOf: [{ minimum: 1 }, { minimum: 2 }, { minimum: 9 }] },
    value: 5,
    says: ['fits 2 of 3 alternatives, must fit exactly one'],
  },
  'a value that references lead to': {
    schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#b' }, b: { $anchor: 'b', type: 'string' } } },
    value: 1,
    says: ['must be text, found the number 1'],
  },
  'a field with a name of the prototype': {
    schema: { additionalProperties: false, required: ['constructor'] },
    value: JSON.parse('{"__proto__": 1}') as JsonValue,
    says: ['constructor is required', '__proto__ is not known here'],
  },
};

const right: Record<string, { schema: JsonObject; value: JsonValue }> = {
  'anything, when nothing is said': { schema: {}, value: [{ a: null }] },
  'a whole number written as a fraction': { schema: { type: 'integer' }, value: 3.0 },
  'a decimal multiple of a decimal': { schema: { multipleOf: 0.1 }, value: 0.3 },
  'a very large multiple of a very small number': { schema: { multipleOf: 1e-300 }, value: 1e300 },
  'text to which a numeric keyword does not apply': { schema: { minimum: 5 }, value: 'a' },
  'a pattern that matches inside': { schema: { pattern: 'b' }, value: 'abc' },
  'letters of any script': { schema: { pattern: '^\\p{L}+$' }, value: 'añЖ漢' },
  'a format that nobody knows': { schema: { format: 'shoe-size' }, value: 'x' },
  'keywords that nobody knows': { schema: { 'x-note': { type: 'nonsense' }, title: 'A' }, value: 1 },
  'a field of the prototype that is not there': { schema: { properties: { toString: { type: 'number' } } }, value: {} },
  'a recursive value': {
    schema: {
      $ref: '#/$defs/tree',
      $defs: { tree: { properties: { children: { items: { $ref: '#/$defs/tree' } } } } },
    },
    value: { children: [{ children: [] }] },
  },
  'an item that some alternative has looked at': {
    schema: { anyOf: [{ prefixItems: [true, { const: 2 }] }, { prefixItems: [true] }], unevaluatedItems: false },
    value: [1, 2],
  },
  'what a schema that was left makes of nothing': {
    schema: {
      $id: 'https://example.com/root',
      allOf: [{ $ref: 'other' }, { $ref: '#/$defs/list' }],
      $defs: {
        list: { type: 'array', items: { $dynamicRef: '#item' } },
        any: { $dynamicAnchor: 'item', type: 'number' },
        other: { $id: 'other', $defs: { text: { $dynamicAnchor: 'item', type: 'string' } } },
      },
    },
    value: [1, 2],
  },
  'what the outermost schema makes of a dynamic reference': {
    schema: {
      $id: 'https://example.com/strings',
      $ref: 'list',
      $defs: {
        text: { $dynamicAnchor: 'item', type: 'string' },
        list: {
          ...{ $id: 'list', type: 'array', items: { $dynamicRef: '#item' } },
          $defs: { any: { $dynamicAnchor: 'item', type: 'number' } },
        },
      },
    },
    value: ['a', 'b'],
  },
  'a reference into a list, and names that pointers have to escape': {
    schema: { allOf: [{ type: 'string' }, { $ref: '#/$defs/a~1b~0c%25' }], $defs: { 'a/b~c%': { $ref: '#/allOf/0' } } },
    value: 'a',
  },
  'an older draft, where it means the same': {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $ref: '#/definitions/a',
      definitions: { a: { type: 'string' } },
    },
    value: 'a',
  },
};

const unusable: Record<string, { schema: JsonObject; says: string }> = {
  'a type that does not exist': {
    schema: { properties: { a: { type: 'text' } } },
    says: 'problem at properties.a.type: must be one or more of string, number, integer, boolean, array, object, null, found the text "text"',
  },
  'a keyword with another argument': {
    schema: { required: 'a' },
    says: 'problem at required: must be a list of texts, found the text "a"',
  },
  'a schema that is none': {
    schema: { properties: { a: 5 } },
    says: 'problem at properties: must be an object whose values are schemas, found an object',
  },
  'a list of schemas for items': {
    schema: { items: [{ type: 'string' }] },
    says: 'problem at items: must be a schema (one for each item in turn is spelled `prefixItems`), found a list',
  },
  'a keyword of an older draft': {
    schema: { dependencies: {} },
    says: 'problem at dependencies: is not known any more: in draft 2020-12, `dependentRequired` or `dependentSchemas`',
  },
  'a dialect that nobody knows': {
    schema: { $schema: 'https://example.com/mine' },
    says: 'problem at $schema: must be https://json-schema.org/draft/2020-12/schema, or be left out',
  },
  'a reference that leads nowhere': {
    schema: { $ref: '#/$defs/a' },
    says: 'problem at $ref: "#/$defs/a" leads to nothing in the schema',
  },
  'a reference that leads out': {
    schema: { items: { $ref: 'https://example.com/schema.json' } },
    says: 'problem at items.$ref: "https://example.com/schema.json" leads out of the schema: nothing is fetched',
  },
  'a reference to a file': {
    schema: { $ref: 'file:///etc/passwd' },
    says: 'problem at $ref: "file:///etc/passwd" leads out of the schema: nothing is fetched',
  },
  'a reference that is no URI': { schema: { $ref: '#%E0%A4%A' }, says: 'problem at $ref: "#%E0%A4%A" is no URI' },
  'a reference behind the end of a list': {
    schema: { allOf: [true], $ref: '#/allOf/1' },
    says: 'problem at $ref: "#/allOf/1" leads to nothing in the schema',
  },
  'a reference to no index of a list': {
    schema: { allOf: [true], $ref: '#/allOf/00' },
    says: 'problem at $ref: "#/allOf/00" leads to nothing in the schema',
  },
  'a reference to what is no schema': {
    schema: { title: 'A', $ref: '#/title' },
    says: 'problem at $ref: "#/title" leads to nothing in the schema',
  },
  'a name that is no URI': { schema: { $id: 'http://[' }, says: 'problem at $id: is no URI' },
  'a dynamic reference that leads nowhere': {
    schema: { $dynamicRef: '#nobody' },
    says: 'problem at $dynamicRef: "#nobody" leads to nothing in the schema',
  },
  'a regular expression that is too long': {
    schema: { pattern: 'a'.repeat(2000) },
    says: `problem at pattern: the regular expression "${'a'.repeat(60)}…" is longer than 1024 characters`,
  },
  'a reference to the prototype': {
    schema: { $ref: '#/__proto__' },
    says: 'problem at $ref: "#/__proto__" leads to nothing in the schema',
  },
  'a regular expression that cannot be read': {
    schema: { pattern: '(' },
    says: 'problem at pattern: the regular expression "(" cannot be read: missing closing ): `(`',
  },
  'a regular expression that would have to backtrack': {
    schema: { patternProperties: { '(a)\\1': {} } },
    says: 'problem at patternProperties: the regular expression "(a)\\\\1" cannot be read: invalid escape sequence: `\\1`',
  },
};

describe('validateJson', () => {
  test.each(Object.entries(wrong))('tells %s', (_, { schema, value, says }) => {
    expect(complaints(schema, value)).toEqual(says);
  });

  test.each(Object.entries(right))('takes %s', (_, { schema, value }) => {
    expect(complaints(schema, value)).toEqual([]);
  });

  test.each(Object.entries(unusable))('refuses to use %s', (_, { schema, says }) => {
    expect(complaints(schema, 'a')).toEqual([says]);
    expect(findSchemaProblem(schema)).toBeDefined();
  });

  test('has no problem with a schema that can be used', () => {
    expect(findSchemaProblem(person)).toBeUndefined();
  });

  test('tells no more than fifty findings', () => {
    expect(complaints({ items: { type: 'string' } }, Array<number>(1000).fill(1))).toHaveLength(50);
  });
});

const formats: Record<string, { good: readonly string[]; bad: readonly string[] }> = {
  'date-time': {
    good: ['2026-01-31T12:00:00Z', '2024-02-29t23:59:60.123+05:30'],
    bad: ['2026-01-31', '2026-02-29T00:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31T12:00:00', ''],
  },
  date: {
    good: ['2000-02-29', '2026-12-31'],
    bad: ['1900-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-1-1'],
  },
  time: { good: ['00:00:00Z', '23:59:59.9-23:59'], bad: ['24:00:00Z', '12:60:00Z', '12:00:00', '12:00:00+24:00'] },
  duration: { good: ['P1W', 'P1Y2M3DT4H5M6S', 'PT0.5S'], bad: ['P', 'PT', '1D', 'P1S', 'P1DT'] },
  email: { good: ['a.b+c@example.com', 'x@y'], bad: ['@y', 'x@', 'x y@z', 'a..b@c', 'x@-y'] },
  hostname: { good: ['a', 'www.example.com'], bad: ['', '-a', 'a-', 'a..b', 'a_b', `${'a'.repeat(64)}.com`] },
  ipv4: { good: ['0.0.0.0', '255.255.255.255'], bad: ['256.0.0.1', '1.2.3', '01.2.3.4', '1.2.3.4.'] },
  ipv6: { good: ['::', '2001:db8::1', '::ffff:192.0.2.1'], bad: ['1::2::3', '12345::', ':', 'g::'] },
  uri: {
    good: ['https://example.com/a?b#c', 'urn:x:y', 'models:/a/1'],
    bad: ['/a', 'a b:c', 'http://a b', 'a:%zz', '1a:b'],
  },
  uuid: { good: ['123e4567-e89b-12d3-a456-426614174000'], bad: ['123e4567e89b12d3a456426614174000', 'x'] },
  'json-pointer': { good: ['', '/a/~0~1'], bad: ['a', '/~2'] },
  regex: { good: ['^[a-z]+$'], bad: ['(', '(?=a)'] },
};

describe('formats', () => {
  test.each(Object.entries(formats))('%s', (format, { good, bad }) => {
    for (const text of good) expect(complaints({ format }, text), text).toEqual([]);
    for (const text of bad) expect(complaints({ format }, text), text).toHaveLength(1);
  });
});

test.each<[string, JsonObject, JsonValue]>([
  ['multiples are asked of numbers', { multipleOf: 3 }, 'x'],
  ['formats are asked of texts', { format: 'email' }, 5],
  ['schemas that depend on fields are asked of objects', { dependentSchemas: { a: false } }, 1],
  ['what depends on a field that is not there is not asked', { dependentRequired: { a: ['b'] } }, { c: 1 }],
  ['items may be the same where that is said', { uniqueItems: false }, [1, 1]],
  ['formats that nobody knows are notes', { format: 'shoe-size' }, 'x'],
  [
    'a dynamic reference to an ordinary anchor is an ordinary one',
    { $dynamicRef: '#a', $defs: { a: { $anchor: 'a' } } },
    1,
  ],
])('%s', (_, schema, value) => {
  expect(complaints(schema, value)).toEqual([]);
});

test('a schema of too many parts is refused', () => {
  const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`p${index}`, {}]));
  expect(findSchemaProblem({ properties })).toBeDefined();
});
