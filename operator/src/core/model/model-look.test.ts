import { describe, expect, it } from 'vitest';
import { judgeModelsAnswer, type ModelLook } from './model-look.ts';

const url = 'http://vllm:8000/v1/models';
const list = (...cards: readonly object[]) => ({ status: 200, body: { object: 'list', data: cards } });
const large = { id: 'large', object: 'model', max_model_len: 8192 };
const names = Array.from({ length: 12 }, (_, index) => ({ id: `m${index}` }));

const cases: Record<string, readonly [answer: { status: number; body: unknown }, look: object]> = {
  'lists the model': [list({ id: 'small' }, large), { result: 'available', contextLength: 8192 }],
  'says a revision': [list({ ...large, revision: 'abc' }), { contextLength: 8192, revision: 'abc' }],
  'says nothing of lengths': [list({ id: 'large' }), { result: 'available' }],
  'says a length that is none': [list({ id: 'large', max_model_len: '8k' }), { result: 'available' }],
  'lists others': [list({ id: 'small' }), { reason: 'NotListed', message: expect.stringContaining('Models: "small"') }],
  'lists none': [list(), { reason: 'NotListed', message: expect.stringContaining('Models: none') }],
  'lists many others': [list(...names), { message: expect.stringContaining('"m9" …') }],
  'lists what is no model': [list({ id: 7 }, {}), { reason: 'NotListed' }],
  'wants a key': [
    { status: 401, body: {} },
    { reason: 'Unauthorized', message: expect.stringContaining('Secret') },
  ],
  'wants another key': [{ status: 403, body: {} }, { reason: 'Unauthorized' }],
  'is not well': [
    { status: 503, body: undefined },
    { reason: 'Unreachable', message: expect.stringContaining('503') },
  ],
  'is asked too often': [{ status: 429, body: undefined }, { reason: 'Unreachable' }],
  'knows no such path': [
    { status: 404, body: {} },
    { reason: 'InvalidAnswer', message: expect.stringContaining('/v1') },
  ],
  'sends elsewhere': [{ status: 302, body: undefined }, { reason: 'InvalidAnswer' }],
  'answers no JSON': [{ status: 200, body: undefined }, { reason: 'InvalidAnswer' }],
  'answers something else': [{ status: 200, body: { data: 'x' } }, { reason: 'InvalidAnswer' }],
  'answers nothing': [{ status: 200, body: null }, { reason: 'InvalidAnswer' }],
};

describe('a server that', () => {
  it.each(Object.entries(cases))('%s', (_, [answer, look]) => {
    expect(judgeModelsAnswer(answer, 'large', url)).toMatchObject(look);
  });

  it('says nothing of lengths gives none', () => {
    const look: ModelLook = judgeModelsAnswer(list({ id: 'large', max_model_len: -1 }), 'large', url);
    expect(look).toEqual({ result: 'available' });
  });
});
