import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { type ChecksRun, runChecks } from './run-checks.ts';

type Checks = ChecksRun['checks'];

function check(checks: Checks, inputs: JsonObject, more: Partial<ChecksRun> = {}) {
  return runChecks({ checks, inputs, pipelineInputs: {}, scope: aScope({}), ...more });
}

const completeness = (threshold: number, more: Partial<NonNullable<Checks['completeness']>> = {}): Checks => ({
  completeness: { threshold, ...more },
});
const relevance = (threshold: number, more: Partial<NonNullable<Checks['relevance']>> = {}): Checks => ({
  relevance: { threshold, ...more },
});

const profile = { name: 'Ann', bio: '', picture: null, posts: [], followers: 0, verified: false };
const profileSchema: JsonObject = {
  properties: {
    profile: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        email: { type: 'string' },
        address: { properties: { city: {}, street: {} } },
      },
    },
  },
};

const shares: Record<string, { inputs: JsonObject; share: number; fields?: string[]; schema?: JsonObject }> = {
  'all fields are filled': { inputs: { a: 1, b: 'x', c: [0], d: false }, share: 1 },
  'null, empty text and empty lists are not filled; zero and false are': { inputs: { profile }, share: 0.5 },
  'text of blanks only is not filled': { inputs: { a: ' \n', b: 'x' }, share: 0.5 },
  'there are no fields': { inputs: {}, share: 1 },
  'an empty object has no fields': { inputs: { a: {}, b: 'x' }, share: 1 },
  'fields of objects in lists count each': {
    inputs: {
      rows: [
        { a: 1, b: null },
        { a: 2, b: 3 },
      ],
    },
    share: 0.75,
  },
  'a list of plain values is one field': { inputs: { tags: ['', null], b: null }, share: 0.5 },
  'fields of objects in objects count each': { inputs: { a: { b: { c: 1, d: '' } } }, share: 0.5 },
  'only some parts are looked at': {
    inputs: { profile, other: null },
    fields: ['profile.name', 'profile.bio'],
    share: 0.5,
  },
  'a part that is not there is not filled': {
    inputs: { profile },
    fields: ['profile.name', 'profile.age', 'nobody'],
    share: 0.3333,
  },
  'an object that is named counts by its fields': { inputs: { profile, other: null }, fields: ['profile'], share: 0.5 },
  'a path that cannot be read is not filled': { inputs: { a: 1 }, fields: ['a', 'a[', ''], share: 0.3333 },
  'fields that a schema names count, others do not': {
    inputs: { profile: { name: 'Ann', nickname: null, address: { city: 'Ulm' } } },
    schema: profileSchema,
    share: 0.5,
  },
  'an object that is missing is one field': {
    inputs: { profile: { name: 'Ann', email: 'a@b' } },
    schema: profileSchema,
    share: 0.6667,
  },
  'a schema counts below a path as well': {
    inputs: { profile: { name: 'Ann', email: '' } },
    schema: profileSchema,
    fields: ['profile'],
    share: 0.3333,
  },
  'fields that references and allOf name count': {
    inputs: { a: { x: 1 } },
    schema: {
      properties: { a: { allOf: [{ $ref: '#/$defs/x' }, { properties: { y: {} } }] } },
      $defs: { x: { properties: { x: {} } } },
    },
    share: 0.5,
  },
  'a schema of rows counts for each row': {
    inputs: { rows: [{ a: 1 }, { a: 2, b: 3 }] },
    schema: { properties: { rows: { items: { properties: { a: {}, b: {} } } } } },
    share: 0.75,
  },
  'a recursive schema ends where the value ends': {
    inputs: { value: 1, next: { value: 2 } },
    schema: { properties: { value: {}, next: { $ref: '#' } } },
    share: 0.6667,
  },
  'keys of the prototype are only data': {
    inputs: JSON.parse('{"__proto__": {"a": null}, "constructor": "x"}') as JsonObject,
    share: 0.5,
  },
};

describe('completeness', () => {
  test.each(Object.entries(shares))('%s', (_, { inputs, share, fields, schema }) => {
    const result = check({ ...completeness(0, fields && { fields }), ...(schema && { schema }) }, inputs);
    expect(result.completeness).toBe(share);
  });

  test('counts by the schema of the role when the step has none', () => {
    expect(check(completeness(0), { a: 1 }, { roleSchema: { properties: { a: {}, b: {} } } }).completeness).toBe(0.5);
  });

  test('below its threshold says what is lacking', () => {
    expect(check(completeness(0.7), { profile })).toEqual({
      passed: false,
      relevance: null,
      completeness: 0.5,
      errors: ['completeness is 0.5, must be at least 0.7; lacking: profile.bio, profile.picture, profile.posts'],
    });
  });

  test('at its threshold passes, as it is shown', () => {
    expect(check(completeness(0.6667), { a: 1, b: 2, c: null }).passed).toBe(true);
  });

  test('that is switched off is not looked at', () => {
    expect(check(completeness(1, { enabled: false }), { a: null })).toEqual({
      passed: true,
      relevance: null,
      completeness: null,
      errors: [],
    });
  });

  test('never falls when a field is filled', () => {
    const fields = fc.dictionary(fc.string(), fc.constantFrom(null, '', 'x', 1), { minKeys: 1 });
    fc.assert(
      fc.property(fields, (inputs) => {
        const before = check(completeness(0), inputs).completeness ?? 0;
        const filled = Object.fromEntries(Object.keys(inputs).map((name) => [name, 'filled']));
        expect(before).toBeGreaterThanOrEqual(0);
        expect(before).toBeLessThanOrEqual(1);
        expect(check(completeness(0), filled).completeness).toBe(1);
      }),
    );
  });
});

const scores: Record<string, { asked: JsonObject; inputs: JsonObject; score: number; fields?: string[] }> = {
  'all terms are found': { asked: { target: 'John Doe' }, inputs: { a: { text: 'about john DOE.' } }, score: 1 },
  'some terms are found': { asked: { target: 'John Doe', city: 'Ulm' }, inputs: { a: ['john in ulm'] }, score: 0.6667 },
  'no term is found': { asked: { target: 'John' }, inputs: { a: 'Johnny' }, score: 0 },
  'nothing was asked in words': { asked: { count: 5, deep: [true, null] }, inputs: { a: 'x' }, score: 1 },
  'words of one letter do not count': { asked: { target: 'a b cc' }, inputs: { x: 'cc' }, score: 1 },
  'a term that is asked for twice counts once': {
    asked: { a: 'ulm ulm', b: 'bonn' },
    inputs: { x: 'ulm' },
    score: 0.5,
  },
  'names of fields are no results': { asked: { target: 'john' }, inputs: { john: 'x' }, score: 0 },
  'numbers are found as they are written': { asked: { id: '12345' }, inputs: { id: 12345 }, score: 1 },
  'letters of any script, composed or not': {
    asked: { a: 'Ünal café Жизнь' },
    inputs: { x: 'ünal cafe\u0301 жизнь' },
    score: 1,
  },
  'only some parts are looked at': {
    asked: { a: 'ulm bonn' },
    inputs: { text: 'ulm', other: 'bonn' },
    fields: ['text', 'nobody'],
    score: 0.5,
  },
  'a score that a step gave counts instead': {
    asked: { a: 'ulm' },
    inputs: { judged: { relevance: 0.25 } },
    score: 0.25,
  },
  'the mean of scores counts': {
    asked: {},
    inputs: { relevance: 1, one: { relevance: 0.5 }, two: { relevance: 0 } },
    score: 0.5,
  },
  'what is no score does not count': {
    asked: { a: 'ulm' },
    inputs: { one: { relevance: 7 }, two: { relevance: 'high ulm' }, deep: { deeper: { relevance: 0 } } },
    score: 1,
  },
};

describe('relevance', () => {
  test.each(Object.entries(scores))('%s', (_, { asked, inputs, score, fields }) => {
    const result = check(relevance(0, fields && { fields }), inputs, { pipelineInputs: asked });
    expect(result.relevance).toBe(score);
  });

  test('below its threshold says what was not found', () => {
    const result = check(relevance(0.8), { a: 'ulm' }, { pipelineInputs: { a: 'Ulm, Bonn, Köln' } });
    expect(result.errors).toEqual(['relevance is 0.3333, must be at least 0.8; lacking: bonn, köln']);
  });

  test('that is switched off is not looked at', () => {
    expect(check(relevance(1, { enabled: false }), {}, { pipelineInputs: { a: 'ulm' } }).passed).toBe(true);
  });

  test('of what was asked itself is complete', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (asked) => {
        expect(check(relevance(1), { echo: asked }, { pipelineInputs: asked }).relevance).toBe(1);
      }),
    );
  });
});

describe('the checks of a validation step', () => {
  test('tell all that does not fit the schema', () => {
    const schema = { properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['c'] };
    expect(check({ schema }, { a: 'x', b: 1 }).errors).toEqual([
      'c is required',
      'a must be a number, found the text "x"',
    ]);
  });

  test('tell when the schema cannot be used', () => {
    expect(check({ schema: { type: 'text' } }, {}).errors).toEqual([
      'the schema cannot be used: type must be one or more of string, number, integer, boolean, array, object, null, found the text "text"',
    ]);
  });

  test('evaluate expressions over inputs and the results of steps', () => {
    const scope = aScope({ collect: { posts: [1, 2] } });
    const expressions = [
      'count == size({{collect.posts}})',
      'count > 2',
      'size({{nobody.posts}}) > 0',
      'count ? 1 : 2',
      'count +',
    ];
    const { passed, errors } = check({ expressions }, { count: 2 }, { scope });
    expect(passed).toBe(false);
    expect(errors.map((error) => error.split('\n')[0])).toEqual([
      'count > 2 is false',
      "size({{nobody.posts}}) > 0: Step 'nobody' not found. Steps: collect",
      expect.stringContaining('count ? 1 : 2: '),
      expect.stringContaining('count +: '),
    ]);
  });

  test('pass when there is nothing to check', () => {
    expect(check({}, {})).toEqual({ passed: true, relevance: null, completeness: null, errors: [] });
  });

  test('are all made, whatever failed before', () => {
    const checks: Checks = { ...relevance(1), ...completeness(1), schema: { required: ['z'] }, expressions: ['false'] };
    const { errors } = check(checks, { a: null }, { pipelineInputs: { a: 'ulm' } });
    expect(errors).toHaveLength(4);
  });

  test('tell no more than twenty reasons, each short enough for a status', () => {
    const required = Array.from({ length: 100 }, (_, index) => `field${index}`.repeat(100));
    const { errors } = check({ schema: { required } }, {});
    expect(errors).toHaveLength(20);
    expect(Math.max(...errors.map((error) => error.length))).toBeLessThanOrEqual(512);
  });

  test('end soon, however much there is to look at', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => ({ text: `word${index} and more words`, empty: null }));
    const asked = { text: Array.from({ length: 50_000 }, (_, index) => `word${index}`).join(' ') };
    const before = process.threadCpuUsage().user;
    const result = check({ ...relevance(1), ...completeness(1) }, { rows }, { pipelineInputs: asked });
    expect((process.threadCpuUsage().user - before) / 1000).toBeLessThan(10_000);
    expect(result.completeness).toBe(0.5);
  });
});
