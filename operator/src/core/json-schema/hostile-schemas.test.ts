import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { exampleOf } from './example-of.ts';
import { isAssignable } from './is-assignable.ts';
import { schemaAt } from './schema-at.ts';
import { validateJson } from './validate-json.ts';

/** Time that any question about any schema may take, as the processor counts it: others may keep the machine busy. */
const LONGEST_MS = 10_000;

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));
const fields = (count: number, name: (index: number) => string, value: JsonValue): JsonObject =>
  Object.fromEntries(many(count, (index) => [name(index), value]));

/** Schemas that each refer twice to the next. */
function doubling(levels: number, refer: (next: JsonObject) => JsonObject, last: JsonObject): JsonObject {
  const chain = many(levels, (index) => [`d${index}`, refer({ $ref: `#/$defs/d${index + 1}` })] as const);
  return { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(chain), [`d${levels}`]: last } };
}

function nested(levels: number, wrap: (inner: JsonValue) => JsonValue, innermost: JsonValue): JsonValue {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

/** A text without a period in which an automaton for `[ab]*a[ab]{500}` meets ever new states. */
function disorder(length: number): string {
  let state = 12_345;
  return many(length, () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 16) & 1 ? 'a' : 'b';
  }).join('');
}

const text = { type: 'string' };

const hostile: Record<string, { schema: JsonObject; value: JsonValue }> = {
  'allOf of the same reference twice, forty levels deep': {
    schema: doubling(40, (next) => ({ allOf: [next, next] }), text),
    value: 'x',
  },
  'anyOf that fails in a million ways': { schema: doubling(40, (next) => ({ anyOf: [next, next] }), text), value: 1 },
  'oneOf that fits in a million ways': { schema: doubling(40, (next) => ({ oneOf: [next, next] }), text), value: 'x' },
  'fields that double at each level': {
    schema: doubling(40, (next) => ({ type: 'object', properties: { a: next, b: next }, required: ['a', 'b'] }), text),
    value: nested(150, (inner) => ({ a: inner, b: inner }), 'x'),
  },
  'what was seen, remembered in a million ways': {
    schema: {
      ...doubling(20, (next) => ({ allOf: [next, next], properties: { a: true } }), {}),
      unevaluatedProperties: false,
    },
    value: { a: 1 },
  },
  'alternatives that refer to themselves, over a deep value': {
    schema: { anyOf: [{ type: 'array', items: { $ref: '#' } }, { type: 'array', items: { $ref: '#' } }, text] },
    value: nested(60, (inner) => [inner], 1),
  },
  'references in a circle': {
    schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
    value: 1,
  },
  'a dynamic reference to itself': { schema: { $dynamicAnchor: 'x', $dynamicRef: '#x' }, value: 1 },
  'a schema as deep as a well': {
    schema: nested(50_000, (inner) => ({ properties: { a: inner } }), {}) as JsonObject,
    value: {},
  },
  'a value as deep as a well': { schema: { uniqueItems: true }, value: nested(50_000, (inner) => [inner], 1) },
  'a schema of a mebibyte': { schema: { properties: fields(40_000, (index) => `p${index}`, text) }, value: { p1: 1 } },
  'a large enumeration for a large list': {
    schema: { items: { enum: many(40_000, (index) => ({ v: index })) } },
    value: many(40_000, (index) => ({ v: -index })),
  },
  'unique items of a large list': { schema: { uniqueItems: true }, value: many(150_000, (index) => [index]) },
  'unique large items': { schema: { uniqueItems: true }, value: many(300, () => many(3000, (index) => index)) },
  'a pattern whose automaton explodes': {
    schema: { items: { pattern: '[ab]*a[ab]{500}$' } },
    value: many(20, () => disorder(50_000)),
  },
  'a pattern that would backtrack for ever': { schema: { pattern: '^(a+)+$' }, value: `${'a'.repeat(100_000)}!` },
  'a pattern of repetitions in repetitions': { schema: { pattern: '((((a{1,9}){1,9}){1,9}){1,9}){1,9}' }, value: 'a' },
  'very many patterns for very many fields': {
    schema: { patternProperties: fields(200, (index) => `^x${index}.*y$`, {}) },
    value: fields(50_000, (index) => `x${index}y`, 1),
  },
  'large patterns of Unicode classes': {
    schema: { allOf: many(250, (index) => ({ pattern: `\\p{L}{${index + 1}}` })) },
    value: 'x',
  },
  'very many required fields in very many items': {
    schema: { items: { required: many(5000, (index) => `r${index}`) } },
    value: many(10_000, () => ({})),
  },
  'very small divisors of very large numbers': {
    schema: { items: { multipleOf: 1e-300 } },
    value: many(100_000, (index) => 1e300 + index * 1e285),
  },
  'the length of long texts': { schema: { items: { minLength: 1e9 } }, value: many(500, () => 'x'.repeat(100_000)) },
  'very many alternatives for very many names': {
    schema: { propertyNames: { anyOf: many(500, (index) => ({ const: `q${index}` })) } },
    value: fields(20_000, (index) => `z${index}`, 1),
  },
  'very many alternatives for very many items': {
    schema: { items: { oneOf: many(1000, (index) => ({ type: 'object', properties: { k: { const: index } } })) } },
    value: many(10_000, () => ({ k: -1 })),
  },
  'lists in lists in lists that must contain something': {
    schema: { items: { contains: { contains: { const: 1 } } } },
    value: many(90, () => many(90, () => many(90, () => 2))),
  },
  'an e-mail address that is all dots': { schema: { format: 'email' }, value: `${'a.'.repeat(500_000)}@x` },
  'a URI that is all percent signs': { schema: { format: 'uri' }, value: `a:${'%'.repeat(1_000_000)}` },
  'a duration of a million digits': { schema: { format: 'duration' }, value: `P${'1'.repeat(1_000_000)}` },
  'a pointer that is all tildes': { schema: { format: 'json-pointer' }, value: '/~'.repeat(500_000) },
  'very many schemas that are only true': {
    schema: { allOf: many(80_000, () => true), anyOf: [{ properties: fields(80_000, (index) => `p${index}`, true) }] },
    value: { a: 1 },
  },
  'texts and lists that have to be huge': {
    schema: { minLength: 1e15, minItems: 1e15, minProperties: 1e15 },
    value: [],
  },
};

const questions: Record<string, (schema: JsonObject, value: JsonValue) => unknown> = {
  'a value is checked': validateJson,
  'an example is made': exampleOf,
  'a path is followed': (schema) => schemaAt(schema, [{ kind: 'field', name: 'a' }, { kind: 'splat' }]),
  'the whole of it is asked for': (schema) => schemaAt(schema, []),
  'it is compared with itself': (schema) => isAssignable(schema, { allOf: [schema] }),
};

describe.each(Object.entries(hostile))('with %s', (_, { schema, value }) => {
  test.each(Object.entries(questions))('there is an answer soon when %s', (__, ask) => {
    const start = processorMs();
    ask(schema, value);
    expect(processorMs() - start).toBeLessThan(LONGEST_MS);
  });
});

describe('a check that would take too long', () => {
  test.each(['allOf of the same reference twice, forty levels deep', 'very many alternatives for very many names'])(
    'is a problem, not an answer: %s',
    (name) => {
      const { schema, value } = hostile[name]!;
      expect(validateJson(schema, value)).toEqual({
        problem: {
          path: [],
          message: 'checking the value takes too long: the schema or the value is too large or involved',
        },
      });
    },
  );

  test('because of references without end is told so', () => {
    const { schema, value } = hostile['references in a circle']!;
    expect(validateJson(schema, value)).toEqual({
      problem: { path: [], message: 'the schema refers to itself too deeply for this value' },
    });
  });

  test('because of its depth is told so', () => {
    const { schema, value } = hostile['a value as deep as a well']!;
    expect(validateJson(schema, value)).toEqual({
      findings: [{ path: [], message: 'has lists and objects nested deeper than 200 levels' }],
    });
  });
});
