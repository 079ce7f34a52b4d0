import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../api/json.ts';
import { parseHttpBody } from './parse-http-body.ts';
import { type AnswerShape, shapeHttpAnswer } from './shape-http-answer.ts';

const shape = (body: JsonValue, rest: AnswerShape = {}) =>
  shapeHttpAnswer(rest, { status: 201, headers: { 'x-page': '2' }, body });

describe('shapeHttpAnswer', () => {
  it.each([
    ['an object', { a: 1 }, { a: 1 }],
    ['a list', [1], { value: [1] }],
    ['a text', 'x', { value: 'x' }],
    ['false', false, { value: false }],
    ['nothing', null, {}],
  ])('makes outputs of %s', (_, body: JsonValue, value) => {
    expect(shape(body)).toEqual({ value });
  });

  it('makes them by an expression over status, headers and body', () => {
    const result = '{"s": status, "p": headers["x-page"], "b": body.a}';
    expect(shape({ a: [1] }, { result })).toEqual({ value: { s: 201, p: '2', b: [1] } });
    expect(shape({ a: [1] }, { result: 'body.a[0] + 1' })).toEqual({ value: { value: 2 } });
  });

  it.each(['body.', 'body.missing', 'other', '{{step.x}}'])('fails by an expression without a value: %s', (result) => {
    expect(shape({}, { result })).toMatchObject({ problem: { code: 'ExpressionFailed' } });
  });

  it('checks them against the schema of the Method', () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false };
    expect(shape({ a: 1 }, { schema })).toEqual({ value: { a: 1 } });
    const found = shape({ a: 'x', b: 1, c: 1, d: 1 }, { schema });
    expect(found).toMatchObject({ problem: { code: 'SchemaMismatch' } });
    expect('problem' in found && found.problem.message).toMatch(
      /^the outputs do not fit the schema: a must .*; and 1 more$/,
    );
    expect(shape({}, { schema: { type: 'nonsense' } })).toMatchObject({ problem: { code: 'SchemaMismatch' } });
    expect(shape({}, { schema: { minProperties: 1 } })).toMatchObject({
      problem: { message: expect.stringMatching(/schema: the outputs must/) },
    });
  });

  it('takes no body that is nested too deeply', () => {
    const deep = JSON.parse('['.repeat(1_000) + ']'.repeat(1_000)) as JsonValue;
    expect(shape(deep)).toMatchObject({ problem: { code: 'AnswerUnreadable' } });
  });
});

describe('parseHttpBody', () => {
  it.each([
    ['nothing', '', 'application/json', null],
    ['JSON', '{"a":1}', 'application/json', { a: 1 }],
    ['JSON with parameters', '1', 'Application/JSON ; charset=utf-8', 1],
    ['JSON of a kind', '[]', 'application/problem+json', []],
    ['JSON without a type', '{"a":1}', undefined, { a: 1 }],
    ['text without a type', '{a', undefined, '{a'],
    ['text that could be JSON', '1', 'text/plain', '1'],
    ['text that only speaks of JSON', '1', 'text/plain; like=a/json', '1'],
  ])('reads %s', (_, text, type, value) => {
    expect(parseHttpBody(text, type)).toEqual({ value });
  });

  it('tells that JSON is broken without showing it', () => {
    const found = parseHttpBody('{"secret": oh-no', 'application/json');
    expect(found).toMatchObject({ problem: { code: 'AnswerUnreadable' } });
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});
