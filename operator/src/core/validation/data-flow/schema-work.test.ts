import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../api/json.ts';
import { judge } from '../judge.ts';
import { unknownWorld } from '../world.ts';
import { SchemaWork } from './schema-work.ts';

const text = { type: 'string' };
const user = { type: 'object', properties: { name: text }, additionalProperties: false };

/** Asks until nothing is answered any more; how many questions that took, of a thousand. */
function questionsUntilExhausted(work: SchemaWork, ask: (index: number) => void): number {
  for (let index = 0; index < 1000; index++) {
    if (work.isExhausted) return index;
    ask(index);
  }
  return 1000;
}

/** Schemas that are small, and long to compare: each level leads to itself through each of its fields. */
function recursive(width: number, more: JsonObject): JsonObject {
  const names = Array.from({ length: width }, (_, index) => `f${index}`);
  const properties = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/level' }]));
  return { $ref: '#/$defs/level', $defs: { level: { type: 'object', properties, ...more } } };
}

/** A schema of which a hundred parts have to be looked at, whatever is asked of it. */
const manyParts = (index: number): JsonObject => ({
  allOf: Array.from({ length: 100 }, (_, part) => ({ properties: { [`p${part}`]: { const: index } } })),
});

describe('questions to schemas', () => {
  test('are answered while there is work left', () => {
    const work = new SchemaWork();
    expect(work.field(user, 'name')).toEqual({ schema: text });
    expect(work.field(user, 'nme')).toEqual({ missing: 'nme', known: ['name'], at: '' });
    expect(work.standingAlone({ $ref: '#/$defs/t', $defs: { t: text } })).toEqual(text);
    expect(work.mayFit(text, { type: 'integer' })).toBe(false);
    expect(work.mayFit(text, text)).toBe(true);
    expect(work.misfits(user, { name: 1 }).map(({ path }) => path)).toEqual([['name']]);
    expect(work.forExpression(user)).toBe(user);
    expect(work.isExhausted).toBe(false);
  });

  test('to schemas that cannot be used have no answers', () => {
    const work = new SchemaWork();
    expect(work.standingAlone({ type: 'text' })).toBeUndefined();
    expect(work.misfits({ type: 'text' }, 1)).toEqual([]);
    expect(work.mayFit({ type: 'text' }, text)).toBe(true);
  });

  test('are answered as if nothing was known once the work is spent', () => {
    const work = new SchemaWork(-1);
    expect(work.isExhausted).toBe(true);
    expect(work.field(user, 'nme')).toEqual({ unknown: true });
    expect(work.standingAlone(user)).toBeUndefined();
    expect(work.mayFit(text, { type: 'integer' })).toBe(true);
    expect(work.misfits(user, { name: 1 })).toEqual([]);
    expect(work.forExpression(user)).toBeUndefined();
  });

  test('that were answered are answered again, for nothing, even when the work is spent', () => {
    const work = new SchemaWork(1000);
    const first = work.field(user, 'name');
    const integer = { type: 'integer' };
    work.mayFit(text, integer);
    expect(questionsUntilExhausted(work, () => work.field(user, 'name'))).toBe(1000);
    expect(questionsUntilExhausted(work, () => work.mayFit(text, integer))).toBe(1000);
    expect(questionsUntilExhausted(work, (index) => work.forExpression({ const: index }))).toBeLessThan(1000);
    expect(work.field(user, 'name')).toBe(first);
    expect(work.mayFit(text, integer)).toBe(false);
  });
});

describe('the work is counted', () => {
  const steps = 100_000;
  const many = manyParts(100);
  const longList = Array<number>(1000).fill(2);

  test.each<[string, number, (work: SchemaWork, index: number) => void]>([
    ['of checking values', 50, (work) => work.misfits({ items: { anyOf: [{ const: 1 }, { const: 2 }] } }, longList)],
    [
      'of comparing small schemas that lead to themselves',
      20,
      (work, index) => work.mayFit(recursive(8, { minProperties: index }), recursive(9, { maxProperties: index + 99 })),
    ],
    ['of looking for fields in a schema of many parts', 250, (work, index) => work.field(many, `f${index}`)],
    ['of putting schemas together from others', 400, (work) => work.standingAlone(recursive(12, {}))],
    ['of reading large schemas', 10, (work, index) => work.at({ enum: Array<number>(2000).fill(index) }, [])],
    ['of reading schemas for expressions', 60, (work, index) => work.forExpression({ enum: Array(2000).fill(index) })],
  ])('%s', (_, most, ask) => {
    const work = new SchemaWork(steps);
    const questions = questionsUntilExhausted(work, (index) => ask(work, index));
    expect(questions).toBeGreaterThan(1);
    expect(questions).toBeLessThanOrEqual(most);
  });
});

/** Thirty alternatives of which some fits, which nobody can tell before the value is there. */
const alternatives = (maxLength: number): JsonObject => ({
  anyOf: Array.from({ length: 30 }, (_, kind) => ({
    ...{ type: 'object', required: ['kind'] },
    properties: { kind: { const: kind }, note: { type: 'string', maxLength } },
  })),
});

/** What level 3 says of a Pipeline that gives a Method many parameters, each of a type that is long to compare. */
function verdictOn(parameters: number): string[] {
  const apiVersion = 'conclave.dev/v1alpha1';
  const numbers = Array.from({ length: parameters }, (_, index) => index);
  const inputs = { type: 'object', properties: { data: alternatives(99) } };
  const method = { type: 'http', http: { url: 'https://rate.example.com' }, inputs };
  const spec = {
    parameters: numbers.map((index) => ({ name: `p${index}`, schema: alternatives(100 + index) })),
    steps: numbers.map((index) => ({
      ...{ name: `s${index}`, type: 'crawler', method: 'rate', inputs: { data: { from: `{{input.p${index}}}` } } },
    })),
  };
  const documents = [
    { value: { apiVersion, kind: 'Method', metadata: { name: 'rate' }, spec: method } },
    { value: { apiVersion, kind: 'Pipeline', metadata: { name: 'demo' }, spec } },
  ];
  const { errors, warnings } = judge([{ documents }], unknownWorld);
  return [...errors, ...warnings].map(({ code }) => code);
}

describe('a pipeline whose values are long to compare with what takes them', () => {
  test('is checked whole when they are few', () => {
    expect(verdictOn(3)).toEqual([]);
  });

  test('is checked in part when they are many, and says so once', () => {
    expect(verdictOn(60)).toEqual(['ChecksTooCostly']);
  });
});
