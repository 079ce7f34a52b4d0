import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../operator/src/api/json.ts';
import { exampleOf } from '../../operator/src/core/json-schema/example-of.ts';
import { validateJson } from '../../operator/src/core/json-schema/validate-json.ts';
import { arbitrarySchema, plainSchemas } from '../../operator/src/testing/arbitrary-schema.ts';
import { seededRandom } from '../../operator/src/testing/seeded-random.ts';
import { fits, randomValue } from './random-value.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const judgement = z.toJSONSchema(
  z.strictObject({
    scores: z
      .array(
        z.strictObject({
          alias: z.enum(['A', 'B', 'C']),
          criteria: z.record(z.string(), z.number().min(0).max(10)),
          score: z.number().min(0).max(10),
          comment: z.string().max(400),
        }),
      )
      .min(1)
      .max(3),
    winner: z.enum(['A', 'B', 'C']),
    confidence: z.number().gt(0).lt(1),
    dissent: z.union([z.string(), z.null()]),
    rounds: z.int().min(1).max(8),
  }),
) as JsonObject;

describe('a random value', () => {
  test('fits its schema, when it is a schema as people write them', () => {
    fc.assert(
      fc.property(plainSchemas, seeds, (schema, seed) => {
        expect(validateJson(schema, randomValue(schema, seededRandom(seed)) ?? null)).toEqual({ findings: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('is rarely the plain example, and differs from seed to seed', () => {
    const drawn = Array.from({ length: 50 }, (_, seed) => JSON.stringify(randomValue(judgement, seededRandom(seed))));
    expect(drawn).not.toContain(JSON.stringify(exampleOf(judgement)));
    expect(new Set(drawn).size).toBeGreaterThan(45);
    expect(drawn.every((text) => fits(judgement, JSON.parse(text) as JsonValue))).toBe(true);
  });

  test('is the same for the same seed', () => {
    fc.assert(
      fc.property(plainSchemas, seeds, (schema, seed) => {
        expect(randomValue(schema, seededRandom(seed))).toEqual(
          randomValue(structuredClone(schema), seededRandom(seed)),
        );
      }),
    );
  });

  test('is drawn of any schema, or not, without harm', () => {
    fc.assert(
      fc.property(arbitrarySchema, seeds, (schema, seed) => {
        const value = randomValue(schema, seededRandom(seed));
        expect(value === undefined || fits(schema, value)).toBe(true);
      }),
    );
    const all = { allOf: [{ $ref: '#' }, { $ref: '#' }, { $ref: '#' }] };
    expect(randomValue(all, seededRandom(1))).toBeUndefined();
    expect(randomValue({ type: 'array', minItems: 1e9, items: {} }, seededRandom(1))).toBeUndefined();
  });

  test('is none for a schema that nothing fits', () => {
    expect(randomValue({ type: 'string', minLength: 3, maxLength: 2 }, seededRandom(1))).toBeUndefined();
  });

  test('ends for a schema that refers to itself', () => {
    const tree = {
      $ref: '#/$defs/tree',
      $defs: {
        tree: {
          type: 'object',
          required: ['next'],
          properties: { next: { anyOf: [{ $ref: '#/$defs/tree' }, { type: 'null' }] } },
        },
      },
    };
    for (let seed = 0; seed < 50; seed++) expect(fits(tree, randomValue(tree, seededRandom(seed)) ?? 0)).toBe(true);
    const endless = {
      $ref: '#/$defs/a',
      $defs: { a: { type: 'object', required: ['a'], properties: { a: { $ref: '#/$defs/a' } } } },
    };
    expect(randomValue(endless, seededRandom(1))).toBeUndefined();
  });
});
