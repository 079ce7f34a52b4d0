import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../api/json.ts';
import { weightOf } from './schema-weight.ts';

describe('the weight of a schema', () => {
  test('is the number of values that it is made of, itself included', () => {
    expect(weightOf({})).toBe(1);
    expect(weightOf({ type: 'object', properties: { a: { type: ['string', 'null'] }, b: true } })).toBe(8);
  });

  test('is the same when it is asked for again', () => {
    const schema = { enum: [1, 2, 3] };
    expect([weightOf(schema), weightOf(schema)]).toEqual([5, 5]);
  });

  test('is not counted beyond five thousand', () => {
    expect(weightOf({ enum: Array.from({ length: 100_000 }, (_, index) => index) })).toBe(5000);
  });

  test('is counted however deep the schema is nested', () => {
    let deep: JsonValue = true;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(weightOf({ not: deep })).toBe(5000);
  });
});
