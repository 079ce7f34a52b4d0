import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicyAnswer } from './read-policy-answer.ts';

const read = (answer: unknown) => readPolicyAnswer('shop/deploy', JSON.stringify(answer));

describe('readPolicyAnswer', () => {
  it.each([
    [true, { allowed: true }],
    [false, { allowed: false }],
    [{ allow: true }, { allowed: true }],
    [
      { allowed: false, message: 'it is Friday' },
      { allowed: false, message: 'it is Friday' },
    ],
    [
      { allow: false, reason: 'it is Friday' },
      { allowed: false, message: 'it is Friday' },
    ],
    [
      { allow: false, reasons: ['it is Friday', 'no ticket'] },
      { allowed: false, message: 'it is Friday; no ticket' },
    ],
    [{ allow: true, allowed: true, message: '' }, { allowed: true }],
    [
      { allow: false, message: 'x'.repeat(600) },
      { allowed: false, message: 'x'.repeat(512) },
    ],
  ])('takes the result %j', (result, expected) => {
    expect(read({ decision_id: '1', result })).toEqual(expected);
  });

  it.each([[null], ['true'], [1], [[true]], [{}], [{ allow: 'true' }], [{ allow: true, allowed: false }]])(
    'allows nothing for the result %j, and says what a rule has to give',
    (result) => {
      expect(read({ result })).toEqual({
        problem: 'the rule shop/deploy gives neither true nor false, nor an object with allow: true or false',
      });
    },
  );

  it('tells a rule that is not there from an answer that is none', () => {
    expect(read({})).toEqual({
      problem: 'the policy engine has no rule shop/deploy that is defined for this WorkItem',
    });
    const none = { problem: "the policy engine's answer to shop/deploy is no JSON object" };
    expect(readPolicyAnswer('shop/deploy', '<html>')).toEqual(none);
    expect(read([])).toEqual(none);
    expect(read(null)).toEqual(none);
  });

  it('says yes only to a result that says so, whatever comes', () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        const answer = readPolicyAnswer('r', body);
        if (!('allowed' in answer) || !answer.allowed) return;
        const { result } = JSON.parse(body) as { result: unknown };
        expect([true, (result as { allow?: unknown }).allow, (result as { allowed?: unknown }).allowed]).toContain(
          result === true ? result : true,
        );
      }),
    );
  });
});
