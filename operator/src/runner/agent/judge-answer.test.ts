import { describe, expect, it } from 'vitest';
import { judgeAnswer, judgeOutputs, schemaOfOutputs } from './judge-answer.ts';

const said = (text: string, finish = 'stop') => ({ text, finish, toolCalls: [], usage: {} });
const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

describe('an answer', () => {
  it.each([
    ['is text without a schema', 'Tea.', undefined, 'Tea.'],
    ['is an object without a schema where it is one', '{"a":1}', undefined, { a: 1 }],
    ['is text without a schema even where it is a number', '42', undefined, '42'],
    ['is JSON with a schema', '{"n":1}', schema, { n: 1 }],
    ['may have line breaks in its texts as they are', '{"n":1,"why":"a\nb"}', schema, { n: 1, why: 'a\nb' }],
    ['may stand in a code block', '```json\n{"n":1}\n```', schema, { n: 1 }],
    ['begins after the thoughts', '<think>{"n":2}</think>\n{"n":1}', schema, { n: 1 }],
  ])('%s', async (_, text, fits, value) => {
    expect(await judgeAnswer(said(text), fits)).toEqual({ value });
  });

  it.each([
    ['is not used when it was cut', said('{"n":1}', 'length'), 'AnswerCut'],
    ['is not used when it is empty', said('<think>hm</think> '), 'AnswerEmpty'],
    ['is not used when it is no JSON', said('n is 1'), 'AnswerInvalid'],
    ['is not used when it does not fit', said('{"n":"1"}'), 'AnswerInvalid'],
  ])('%s', async (_, answer, reason) => {
    expect(await judgeAnswer(answer, schema)).toMatchObject({ failure: { reason, retryable: false } });
  });
});

describe('the outputs', () => {
  it.each([
    ['are the answer when it is an object', { a: 1 }, undefined, { a: 1 }],
    ['are the answer under the only one that is declared', 'Tea.', ['draft'], { draft: 'Tea.' }],
    ['are an object as a whole under the only one, when it lacks it', { a: 1 }, ['draft'], { draft: { a: 1 } }],
    ['are an object with the only one as it is', { draft: 1 }, ['draft'], { draft: 1 }],
    ['are `answer` when nothing is declared', 'Tea.', undefined, { answer: 'Tea.' }],
  ])('%s', async (_, answer, outputs, value) => {
    expect(await judgeOutputs(answer, outputs === undefined ? {} : { outputs })).toEqual({ value });
  });

  it('are refused when one is missing', async () => {
    expect(await judgeOutputs({ a: 1 }, { outputs: ['a', 'b'] })).toMatchObject({
      failure: { reason: 'OutputMissing' },
    });
  });

  it('need a schema when there are several', () => {
    expect(schemaOfOutputs({ outputs: ['a', 'b'] })).toMatchObject({ required: ['a', 'b'] });
    expect(schemaOfOutputs({ outputs: ['a'] })).toBeUndefined();
  });
});
