import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { arbitrarySchema, plainSchemas } from '../../testing/arbitrary-schema.ts';
import type { Segment } from '../template/reference.ts';
import { exampleOf } from './example-of.ts';
import { isAssignable } from './is-assignable.ts';
import { schemaAt } from './schema-at.ts';
import { validateJson } from './validate-json.ts';

/** Every place inside a value, and the way to it. */
function* placesIn(
  value: JsonValue,
  way: readonly Segment[] = [],
): Generator<{ way: readonly Segment[]; value: JsonValue }> {
  yield { way, value };
  if (Array.isArray(value))
    for (const [index, item] of (value as readonly JsonValue[]).entries())
      yield* placesIn(item, [...way, { kind: 'item', index }]);
  else if (typeof value === 'object' && value !== null)
    for (const [name, field] of Object.entries(value)) yield* placesIn(field, [...way, { kind: 'field', name }]);
}

const holdsEmptyList = (value: JsonValue) => JSON.stringify(value).includes('[]');

describe('the example of a schema', () => {
  test('fits it, when it is a schema as people write them', () => {
    fc.assert(
      fc.property(plainSchemas, (schema) => {
        expect(validateJson(schema, exampleOf(schema))).toEqual({ findings: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('is the same each time', () => {
    fc.assert(
      fc.property(plainSchemas, (schema) => {
        expect(exampleOf(structuredClone(schema))).toEqual(exampleOf(schema));
      }),
    );
  });

  test('is made of any schema, or not, without harm', () => {
    fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        expect(exampleOf(schema)).not.toBeUndefined();
      }),
    );
  });

  test('has in each of its places what the schema tells of that place', () => {
    let told = 0;
    fc.assert(
      fc.property(plainSchemas, (schema) => {
        for (const { way, value } of placesIn(exampleOf(schema))) {
          const found = schemaAt(schema, way);
          if ('unknown' in found) continue;
          told++;
          expect('schema' in found && validateJson(found.schema, value)).toEqual({ findings: [] });
        }
      }),
      { numRuns: 300 },
    );
    expect(told).toBeGreaterThan(300);
  });

  test('fits what the schema is assignable to, and nothing that it is not assignable to', () => {
    const seen = { true: 0, false: 0, unknown: 0 };
    const check = (from: JsonObject, to: JsonObject) => {
      const example = exampleOf(from);
      const verdict = isAssignable(from, to);
      seen[`${verdict}`]++;
      if (verdict === 'unknown' || holdsEmptyList(example)) return;
      const validated = validateJson(to, example);
      expect('findings' in validated && validated.findings.length === 0).toBe(verdict);
    };
    fc.assert(fc.property(plainSchemas, plainSchemas, check), { numRuns: 500 });
    fc.assert(
      fc.property(plainSchemas, (schema) => check(schema, structuredClone(schema))),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});
