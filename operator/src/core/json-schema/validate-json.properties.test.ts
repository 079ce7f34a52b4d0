import { registerSchema, type SchemaObject, unregisterSchema, validate } from '@hyperjump/json-schema/draft-2020-12';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { validateJson } from './validate-json.ts';

const embeddedUri = 'https://example.com/embedded';

const names = fc.constantFrom('a', 'b', 'c', 'constructor', 'x-1');
const scalar: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  null,
  true,
  false,
  0,
  1,
  -1,
  2.5,
  7,
  '',
  'a',
  'ab',
  'äö',
  '😀',
  '2026-01-31',
);

/** An object whose keys, `__proto__` among them, are only data. */
const objectOf = (values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> =>
  fc.array(fc.tuple(names, values), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as JsonObject);

const { value: anyValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 4 }), objectOf(tie('value'))),
}));

const types = fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null');
const small = fc.integer({ min: 0, max: 4 });

/** Each keyword and what it may be given; schemas are made of any of them together. */
const keywordArguments = (schema: fc.Arbitrary<JsonValue>) => ({
  type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
  enum: fc.uniqueArray(anyValue, { minLength: 1, maxLength: 3, selector: (value) => JSON.stringify(value) }),
  const: anyValue,
  minimum: small,
  maximum: small,
  exclusiveMinimum: small,
  exclusiveMaximum: small,
  multipleOf: fc.constantFrom(1, 2, 0.5),
  minLength: small,
  maxLength: small,
  pattern: fc.constantFrom('^a', 'b$', '[0-9]+', '^.$', '\\p{L}'),
  prefixItems: fc.array(schema, { minLength: 1, maxLength: 3 }),
  items: schema,
  contains: schema,
  minContains: small,
  maxContains: small,
  minItems: small,
  maxItems: small,
  uniqueItems: fc.boolean(),
  properties: objectOf(schema),
  patternProperties: fc.dictionary(fc.constantFrom('^[ab]$', 'o', '.'), schema, { maxKeys: 2 }),
  additionalProperties: schema,
  propertyNames: schema,
  minProperties: small,
  maxProperties: small,
  required: fc.uniqueArray(names, { maxLength: 2 }),
  dependentRequired: fc
    .array(fc.tuple(names, fc.uniqueArray(names, { maxLength: 2 })), { maxLength: 2 })
    .map((entries) => Object.fromEntries(entries) as JsonValue),
  dependentSchemas: objectOf(schema),
  allOf: fc.array(schema, { minLength: 1, maxLength: 2 }),
  anyOf: fc.array(schema, { minLength: 1, maxLength: 3 }),
  oneOf: fc.array(schema, { minLength: 1, maxLength: 3 }),
  not: schema,
  if: schema,
  then: schema,
  else: schema,
  unevaluatedItems: schema,
  unevaluatedProperties: schema,
  $ref: fc.constantFrom('#/$defs/a', '#/$defs/b', '#b', embeddedUri, `${embeddedUri}#/$defs/d`),
  $dynamicRef: fc.constantFrom('#dynamic', '#b'),
});

const { schema: anySchema } = fc.letrec<{ schema: JsonValue }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(true, false, {}, { type: 'string' }, { type: 'object' }, { type: 'array' }),
    fc
      .uniqueArray(fc.constantFrom(...Object.keys(keywordArguments(fc.constant(true)))), { minLength: 1, maxLength: 4 })
      .chain((chosen) => {
        const all = keywordArguments(tie('schema')) as Record<string, fc.Arbitrary<JsonValue>>;
        return fc.tuple(...chosen.map((name) => all[name]!.map((argument) => [name, argument] as const)));
      })
      .map((entries) => Object.fromEntries(entries) as JsonValue),
  ),
}));

const asObject = (schema: JsonValue): JsonObject => (typeof schema === 'object' ? (schema as JsonObject) : {});

/** A schema inside a schema with an `$id` of its own, and anchors that shadow those around it. */
const embedded = fc.tuple(anySchema, anySchema, anySchema).map(([schema, d, dynamic]) => ({
  ...asObject(schema),
  $id: embeddedUri,
  $defs: { a: {}, b: { $anchor: 'b' }, d, dynamic: { ...asObject(dynamic), $dynamicAnchor: 'dynamic' } },
}));

const document: fc.Arbitrary<JsonObject> = fc
  .record({ schema: anySchema, a: anySchema, b: anySchema, dynamic: anySchema, embedded })
  .map(({ schema, a, b, dynamic, embedded }) => ({
    ...asObject(schema),
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: {
      a: asObject(a),
      b: { ...asObject(b), $anchor: 'b' },
      dynamic: { ...asObject(dynamic), $dynamicAnchor: 'dynamic' },
      embedded,
    },
  }));

let registered = 0;

/** What the implementation by an author of the standard says; used in tests only. */
async function oracleAccepts(schema: JsonObject, values: readonly JsonValue[]): Promise<readonly boolean[]> {
  const uri = `https://example.com/${registered++}`;
  // Each schema that is registered needs URIs of its own.
  const text = JSON.stringify(schema).replaceAll(embeddedUri, `${embeddedUri}${registered}`);
  registerSchema(JSON.parse(text) as SchemaObject, uri);
  const outputs = await Promise.all(values.map((value) => validate(uri, value as never)));
  unregisterSchema(uri);
  return outputs.map(({ valid }) => valid);
}

describe('validateJson', () => {
  test('agrees with another implementation of the standard on which values fit which schema', async () => {
    let fitting = 0;
    let failing = 0;
    const compare = async (schema: JsonObject, values: readonly JsonValue[]) => {
      const validated = values.map((value) => validateJson(schema, value));
      // Schemas that refer to themselves without end: the other one overflows its stack.
      if (validated.some((each) => 'problem' in each)) return;
      const fits = validated.map((each) => 'findings' in each && each.findings.length === 0);
      expect(fits).toEqual(await oracleAccepts(schema, values));
      fitting += fits.filter(Boolean).length;
      failing += fits.filter((each) => !each).length;
    };
    const values = fc.array(anyValue, { minLength: 1, maxLength: 4 });
    await fc.assert(fc.asyncProperty(document, values, compare), { numRuns: 1000 });
    expect(fitting).toBeGreaterThan(200);
    expect(failing).toBeGreaterThan(200);
  });
});
