import { registerSchema, type SchemaObject, unregisterSchema, validate } from '@hyperjump/json-schema/draft-2020-12';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { arbitrarySchema, arbitraryValue, embeddedUri } from '../../testing/arbitrary-schema.ts';
import { validateJson } from './validate-json.ts';

let registered = 0;

/** What the implementation by an author of the standard says; undefined where a schema without end is too much for it. */
async function oracleAccepts(
  schema: JsonObject,
  values: readonly JsonValue[],
): Promise<readonly boolean[] | undefined> {
  const uri = `https://example.com/${registered++}`;
  // Each schema that is registered needs URIs of its own.
  const text = JSON.stringify(schema).replaceAll(embeddedUri, `${embeddedUri}${registered}`);
  registerSchema(JSON.parse(text) as SchemaObject, uri);
  try {
    const outputs = await Promise.all(values.map((value) => validate(uri, value as never)));
    return outputs.map(({ valid }) => valid);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    unregisterSchema(uri);
  }
}

describe('validateJson', () => {
  test('agrees with another implementation of the standard on which values fit which schema', async () => {
    let fitting = 0;
    let failing = 0;
    const compare = async (schema: JsonObject, values: readonly JsonValue[]) => {
      const validated = values.map((value) => validateJson(schema, value));
      if (validated.some((each) => 'problem' in each)) return;
      const expected = await oracleAccepts(schema, values);
      const fits = validated.map((each) => 'findings' in each && each.findings.length === 0);
      expect(fits).toEqual(expected ?? fits);
      fitting += fits.filter(Boolean).length;
      failing += fits.filter((each) => !each).length;
    };
    const values = fc.array(arbitraryValue, { minLength: 1, maxLength: 4 });
    await fc.assert(fc.asyncProperty(arbitrarySchema, values, compare), { numRuns: 1000 });
    expect(fitting).toBeGreaterThan(200);
    expect(failing).toBeGreaterThan(200);
  });

  test('never throws, whatever is given as a schema', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), arbitraryValue), arbitraryValue, (schema, value) => {
        const validated = validateJson(schema, value);
        expect('problem' in validated || Array.isArray(validated.findings)).toBe(true);
      }),
    );
  });
});
