import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { KnownRecord } from './known-record.ts';
import { type ContextRules, packContext } from './pack-context.ts';

const keys = [
  'a',
  'b',
  'notes',
  'plan',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'a.notes',
  'notes[0]',
  '',
];
const key = fc.constantFrom(...keys);
const names = ['a', 'plan', 'each[2].plan', 'each[2].notes', 'notes', '__proto__'];

/** Everything below a key is told whether it is hidden, so that a leak is seen whatever the rules say. */
const { fields } = fc.letrec<{ value: JsonValue; fields: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('fields'),
  ),
  fields: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));

const record: fc.Arbitrary<KnownRecord> = fc.record(
  {
    kind: fc.constantFrom('result', 'decision', 'transition'),
    name: fc.constantFrom(...names),
    fields,
    distance: fc.integer({ min: 1, max: 3 }),
    at: fc.integer({ min: 10, max: 14 }).map((minute) => `2026-01-05T08:${minute}:00.000Z`),
  },
  { requiredKeys: ['kind', 'name', 'fields', 'at'] },
);
const records = fc.array(record, { maxLength: 8 });
const path = fc.array(fc.constantFrom('a', 'b', 'plan', '__proto__', 'constructor', 'items[*]'), {
  minLength: 1,
  maxLength: 2,
});
const rules: fc.Arbitrary<ContextRules> = fc.record(
  {
    maxTokens: fc.integer({ min: 1, max: 300 }),
    fields: fc.array(
      path.map((names) => names.join('.')),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);
const roles = fc.array(rules, { minLength: 1, maxLength: 3 });

/** The fields with `mark` below every key that is, or is written like, `notes`. */
function marked(value: JsonValue, mark: string, isHidden = false): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => marked(item, mark, isHidden));
  if (typeof value !== 'object' || value === null) return isHidden ? mark : value;
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(
    entries.map(([each, field]) => [each, marked(field, mark, isHidden || each.includes('notes'))]),
  );
}

const withMark = (all: readonly KnownRecord[], mark: string) =>
  all.map((each) => ({ ...each, fields: marked(each.fields ?? {}, mark, each.name.includes('notes')) as JsonObject }));

describe('a context pack, whatever is on record and whatever roles may see', () => {
  const hiding = (all: readonly ContextRules[]) => [...all, { hiddenFields: ['notes'] }];

  it('shows no hidden key and no hidden value, and is the same whatever they are', () => {
    fc.assert(
      fc.property(records, roles, (all, given) => {
        const pack = packContext(withMark(all, 'S3CRET'), hiding(given));
        expect(JSON.stringify(pack ?? null)).not.toMatch(/S3CRET|notes/);
        expect(packContext(withMark(all, 'another value that is longer'), hiding(given))).toEqual(pack);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never larger than each role lets it be, and counts its tokens', () => {
    fc.assert(
      fc.property(records, roles, (all, given) => {
        const { text = '', tokens = 0, sources = [] } = packContext(all, given) ?? {};
        const most = Math.min(...given.map(({ maxTokens = 200 }) => maxTokens));
        expect(tokens).toBeLessThanOrEqual(most);
        expect(tokens).toBe(Math.ceil(text.length / 4));
        expect(sources.length).toBeLessThanOrEqual(text.split('\n').length);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same in whatever order records and roles come', () => {
    const shuffled = records.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, roles, ([all, other], given) => {
        expect(packContext(other, [...given].reverse())).toEqual(packContext(all, given));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes keys that JavaScript knows for data alone', () => {
    const fields = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as JsonObject;
    const { text } = packContext([{ kind: 'result', name: '__proto__', fields, at: '' }], [{}]) ?? {};
    expect(text).toBe(
      'Result of the step __proto__: {"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect({}).not.toHaveProperty('polluted');
  });
});
