import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { resolveTemplates } from './resolve-template.ts';
import { measureValue, sizeLimits } from './size-budget.ts';

const nested = (levels: number): JsonValue => {
  let value: JsonValue = 'innermost';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { inner: value };
  return value;
};
const data: JsonObject = {
  megabyte: 'x'.repeat(1_000_000),
  list: Array.from({ length: 100_000 }, (_, index) => index),
  empties: Array.from({ length: 100_000 }, () => []),
  deep: nested(60),
  tooDeep: nested(101),
  endless: nested(100_000),
  wide: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, 'x'.repeat(1000)])),
};
const scope = aScope({ a: data });
const resolve = (value: JsonValue) => {
  const resolved = resolveTemplates(value, scope);
  return 'problem' in resolved ? resolved.problem : resolved.value;
};
const repeated = (text: string, times: number) => Array.from({ length: times }, () => text);

describe('a resolved value is refused', () => {
  const cases: Record<string, { template: JsonValue; says: string }> = {
    'when a small text makes a huge one': {
      template: '{{a.megabyte}}'.repeat(1000),
      says: 'the resolved value has more than 4194304 characters',
    },
    'when a small text makes much JSON': {
      template: `x${'{{a.wide}}'.repeat(1000)}`,
      says: 'the resolved value has more than 4194304 characters',
    },
    'when a small list makes a huge value': {
      template: repeated('{{a.megabyte}}', 5),
      says: 'the resolved value has more than 4194304 characters',
    },
    'when it has too many values': {
      template: repeated('{{a.list}}', 3),
      says: 'the resolved value has more than 200000 values',
    },
    'when going through lists takes too long, even if nothing comes of it': {
      template: repeated('{{a.empties[*][*]}}', 10_000),
      says: 'the resolved value has more than 200000 values',
    },
    'when the value is too deep': { template: '{{a.tooDeep}}', says: 'the resolved value has more than 100 levels' },
    'when the value is so deep that it could not be rendered': {
      template: 'x {{a.endless}}',
      says: 'the resolved value has more than 100 levels',
    },
    'when value and template are too deep together': {
      template: JSON.parse(`${'['.repeat(41)}"{{a.deep}}"${']'.repeat(41)}`) as JsonValue,
      says: 'the resolved value has more than 100 levels',
    },
    'when the template itself is too deep': {
      template: nested(101),
      says: 'the resolved value has more than 100 levels',
    },
    'when the template is nested without end': {
      template: nested(100_000),
      says: 'the resolved value has more than 100 levels',
    },
  };
  it.each(Object.entries(cases))('%s', (_, { template, says }) => {
    expect(resolve(template)).toMatchObject({ code: 'ValueTooLarge', message: says });
  });
});

describe('a resolved value may be', () => {
  const cases: Record<string, JsonValue> = {
    'four megabytes long': '{{a.megabyte}}'.repeat(4),
    'a list of 100,000': '{{a.list}}',
    'as deep as is allowed': JSON.parse(`${'['.repeat(40)}"{{a.deep}}"${']'.repeat(40)}`) as JsonValue,
    'made by a template that is as deep as is allowed': nested(100),
  };
  it.each(Object.entries(cases))('%s', (_, template) => {
    expect(resolve(template)).not.toHaveProperty('code');
  });
});

describe('measureValue', () => {
  const cases: Record<string, { value: JsonValue; size: object }> = {
    'a text': { value: 'abc', size: { characters: 5, values: 1, depth: 0 } },
    null: { value: null, size: { characters: 4, values: 1, depth: 0 } },
    'an empty list': { value: [], size: { values: 1, depth: 1 } },
    'a list of lists': { value: [[], [1, 2]], size: { values: 5, depth: 2 } },
    'an object with its keys': { value: { a: { bc: 'd' } }, size: { values: 3, depth: 2 } },
  };
  it.each(Object.entries(cases))('measures %s', (_, { value, size }) => {
    expect(measureValue(value)).toMatchObject(size);
  });

  it('never measures less than the JSON is long', () => {
    const text = JSON.stringify(data['wide']);
    expect(measureValue(data['wide'] ?? null).characters).toBeGreaterThanOrEqual(text.length);
  });

  it('measures a list once', () => {
    const list = ['a'];
    expect(measureValue(list)).toBe(measureValue(list));
  });

  it('goes no further than what is certainly too large', () => {
    expect(measureValue(Array.from({ length: 300_000 }, () => 1)).values).toBe(sizeLimits.values + 1);
  });
});
