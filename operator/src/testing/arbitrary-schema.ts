import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../api/json.ts';

/** URI of the schema with an `$id` of its own that stands in every arbitrary schema. */
export const embeddedUri = 'https://example.com/embedded';

const names = fc.constantFrom('a', 'b', 'c', 'constructor', 'x-1');
const scalar = fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1, 2.5, 7, '', 'a', 'ab', 'äö', '😀', '2026-01-31');

const objectOf = (values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> =>
  fc.array(fc.tuple(names, values), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as JsonObject);

const { value: someValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 4 }), objectOf(tie('value'))),
}));

/** Small values of every type, with few different names and texts, so that schemas often have something to say of them. */
export const arbitraryValue: fc.Arbitrary<JsonValue> = someValue;

const types = fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null');
const small = fc.integer({ min: 0, max: 4 });
const dependentNames = fc
  .array(fc.tuple(names, fc.uniqueArray(names, { maxLength: 2 })), { maxLength: 2 })
  .map((entries) => Object.fromEntries(entries) as JsonValue);

/** Every keyword that says something about values, and what it may be given. */
const argumentsOf = (schema: fc.Arbitrary<JsonValue>): Readonly<Record<string, fc.Arbitrary<JsonValue>>> => ({
  type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
  enum: fc.uniqueArray(someValue, { minLength: 1, maxLength: 3, selector: (value) => JSON.stringify(value) }),
  const: someValue,
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
  dependentRequired: dependentNames,
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

const keywords = Object.keys(argumentsOf(fc.constant(true)));

const { schema: anySchema } = fc.letrec<{ schema: JsonValue }>((tie) => {
  const all = Object.entries(argumentsOf(tie('schema')));
  const some = fc.subarray(keywords, { minLength: 1, maxLength: 4 }).chain((chosen) => {
    const entries = all.filter(([keyword]) => chosen.includes(keyword));
    return fc.tuple(...entries.map(([keyword, argument]) => argument.map((given) => [keyword, given] as const)));
  });
  const plain = fc.constantFrom<JsonValue>(true, false, {}, { type: 'string' }, { type: 'object' }, { type: 'array' });
  return {
    schema: fc.oneof(
      { maxDepth: 3 },
      plain,
      some.map((entries) => Object.fromEntries(entries) as JsonValue),
    ),
  };
});

const asObject = (schema: JsonValue): JsonObject => (typeof schema === 'object' ? (schema as JsonObject) : {});

/** A schema inside a schema with an `$id` of its own, and anchors that shadow those around it. */
const embedded = fc.tuple(anySchema, anySchema, anySchema).map(([schema, d, dynamic]) => ({
  ...asObject(schema),
  $id: embeddedUri,
  $defs: { a: {}, b: { $anchor: 'b' }, d, dynamic: { ...asObject(dynamic), $dynamicAnchor: 'dynamic' } },
}));

/** Schemas of draft 2020-12 with any of its keywords; many say nothing sensible, and some refer to themselves without end. */
export const arbitrarySchema: fc.Arbitrary<JsonObject> = fc
  .record({ schema: anySchema, a: anySchema, b: anySchema, dynamic: anySchema, embedded })
  .map(({ schema, a, b, dynamic, embedded: inner }) => ({
    ...asObject(schema),
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: {
      a: asObject(a),
      b: { ...asObject(b), $anchor: 'b' },
      dynamic: { ...asObject(dynamic), $dynamicAnchor: 'dynamic' },
      embedded: inner,
    },
  }));

const plainNames = fc.constantFrom('a', 'b', 'c', 'id', 'constructor', '__proto__');
const formats = fc.constantFrom('date-time', 'date', 'time', 'email', 'uri', 'uuid', 'ipv4', 'hostname', 'duration');
const patterns = fc.constantFrom('^[a-z]{2,5}$', '^\\d{3}-\\w+$', '^(x|yy)z?$', '[^abc]+', '^\\p{Lu}\\S*$');

const plainText = fc.oneof(
  fc.record({ type: fc.constant('string'), minLength: fc.nat(6), maxLength: fc.integer({ min: 6, max: 9 }) }),
  formats.map((format) => ({ type: 'string', format })),
  patterns.map((pattern) => ({ type: 'string', pattern })),
  fc.constant({ type: 'string' }),
);
const plainNumber = fc
  .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 5, max: 50 }), fc.constantFrom(undefined, 1, 2, 0.5, 0.1))
  .map(([minimum, size, multipleOf]) => ({
    ...{ type: 'number', minimum, maximum: minimum + size },
    ...(multipleOf !== undefined && { multipleOf }),
  }));
const plainInteger = fc
  .integer({ min: -9, max: 9 })
  .chain((bound) => fc.constantFrom({ exclusiveMinimum: bound }, { exclusiveMaximum: bound }, {}))
  .map((bounds) => ({ ...bounds, type: 'integer' }));
const listed = fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { minLength: 1, maxLength: 3 });

const { plain: plainSchema } = fc.letrec<{ plain: JsonObject }>((tie) => {
  const inner = tie('plain');
  const list = fc
    .record({ items: inner, minItems: fc.nat(2) })
    .map((rest): JsonObject => ({ ...rest, type: 'array', maxItems: 5 }));
  const tuple = fc
    .array(inner, { minLength: 1, maxLength: 3 })
    .map((prefixItems): JsonObject => ({ type: 'array', prefixItems, items: false }));
  const object = fc
    .tuple(fc.uniqueArray(fc.tuple(plainNames, inner), { selector: ([name]) => name, maxLength: 4 }), fc.boolean())
    .chain(([fields, isOpen]) =>
      fc.subarray(fields.map(([name]) => name)).map((required): JsonObject => ({
        ...{ type: 'object', properties: Object.fromEntries(fields), required },
        ...(!isOpen && { additionalProperties: false }),
      })),
    );
  const scalars = fc.oneof<fc.Arbitrary<JsonObject>[]>(
    plainText as fc.Arbitrary<JsonObject>,
    plainNumber,
    plainInteger,
    fc.constantFrom<JsonObject>({ type: 'boolean' }, { type: 'null' }, { type: ['null', 'string'] }),
    listed.map((values): JsonObject => ({ enum: values })),
    fc.string().map((value): JsonObject => ({ const: value })),
  );
  const either = fc.tuple(inner, inner).map((anyOf): JsonObject => ({ anyOf }));
  const both = fc.tuple(inner, fc.constant({ description: 'said twice' })).map((allOf): JsonObject => ({ allOf }));
  const reference = fc.constantFrom<JsonObject>({ $ref: '#/$defs/shared' }, { $ref: '#/$defs/tree' });
  return { plain: fc.oneof({ maxDepth: 4 }, scalars, scalars, object, object, list, tuple, either, both, reference) };
});

/** Schemas as people write them for inputs and outputs, of which each has values: types, bounds, formats, references. */
export const plainSchemas: fc.Arbitrary<JsonObject> = fc.tuple(plainSchema, plainSchema).map(([schema, shared]) => ({
  ...schema,
  $defs: {
    shared: JSON.stringify(shared).includes('#/$defs/shared') ? { type: 'string' } : shared,
    tree: {
      type: 'object',
      properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
      required: ['value'],
    },
  },
}));
