import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionValue, formatDecisionValue, parseDecisionValue } from './decision-value.ts';

const digest = `sha256:${'3f'.repeat(32)}`;
const ann: DecisionValue = { decision: 'approved', by: 'ann', digest };
const written = `{"decision":"approved","by":"ann","digest":"${digest}"}`;

const read = (text: string) => {
  const parsed = parseDecisionValue('approval', text);
  return 'value' in parsed ? parsed.value : undefined;
};

describe('the value of a decision', () => {
  it('is JSON in one order, with the comment last', () => {
    expect(formatDecisionValue(ann)).toBe(written);
    expect(formatDecisionValue({ comment: 'good', ...ann })).toBe(`${written.slice(0, -1)},"comment":"good"}`);
  });

  const good: Record<string, Partial<DecisionValue>> = {
    'without a comment': {},
    'with quotes and JSON inside': { by: 'a"b', comment: '","by":"bob' },
    'with a backslash at the end': { by: 'CORP\\ann', comment: 'a\\' },
    'in other scripts': { by: 'ålice', comment: 'schön\u2028好 👍' },
    'with the longest comment, of characters that take two code units': { comment: '👍'.repeat(1024) },
  };
  it.each(Object.entries(good))('is read %s', (_, part) => {
    expect(read(formatDecisionValue({ ...ann, ...part }))).toEqual({ ...ann, ...part });
  });

  const forged: Record<string, string> = {
    'what is not stamped': 'approved 3fa9c1d2',
    nothing: '',
    null: 'null',
    'a list': `["approved","ann","${digest}"]`,
    'a user who is named twice': `{"decision":"approved","by":"bob","digest":"${digest}","by":"ann"}`,
    'a comment that is given twice': `{"decision":"approved","by":"ann","digest":"${digest}","comment":"a","comment":"b"}`,
    'a further field': `{"decision":"approved","by":"ann","digest":"${digest}","role":"po"}`,
    'a field that only looks absent': `{"decision":"approved","by":"ann","digest":"${digest}","__proto__":{}}`,
    'an empty comment': formatDecisionValue({ ...ann, comment: '' }),
    'a comment that is null': `{"decision":"approved","by":"ann","digest":"${digest}","comment":null}`,
    'another order': `{"by":"ann","decision":"approved","digest":"${digest}"}`,
    spaces: `{"decision": "approved","by":"ann","digest":"${digest}"}`,
    'something behind it': `${written} `,
    'a second object': `${written}${written}`,
    'an escape that is not needed': written.replace('ann', '\\u0061nn'),
    'an escaped slash': written.replace('ann', 'a\\/nn'),
    'a decision that there is not': written.replace('approved', 'accepted'),
    'an action at a gate': written.replace('approved', 'done'),
    'no user': written.replace('"ann"', '""'),
    'a user that is no text': written.replace('"ann"', '["ann"]'),
    'a digest of another kind': written.replace('sha256', 'sha1'),
    'a digest that is too short': written.replace('3f', ''),
    'a digest in capitals': written.replaceAll('3f', '3F'),
    'a comment with a line break': formatDecisionValue({ ...ann, comment: 'a\nb' }),
    'a comment with an escape of a terminal': formatDecisionValue({ ...ann, comment: 'a\u009b2Jb' }),
    'a comment with a space before it': formatDecisionValue({ ...ann, comment: ' a' }),
    'a comment with a wide space behind it': formatDecisionValue({ ...ann, comment: 'a\u3000' }),
    'a comment that is too long': formatDecisionValue({ ...ann, comment: 'a'.repeat(1025) }),
    'a user with a null character': formatDecisionValue({ ...ann, by: 'ann\0' }),
    'half of a character': formatDecisionValue({ ...ann, comment: 'a\ud800b' }),
    'a list that claims to be a text': written.replace(`"${digest}"`, `["${digest}"]`),
  };
  it.each(Object.entries(forged))('is refused: %s', (_, text) => {
    expect(read(text)).toBeUndefined();
    expect(parseDecisionValue('approval', text)).toMatchObject({
      problem: expect.stringMatching(/^(it|its) /) as string,
    });
  });

  it('says done of an action, and nothing else', () => {
    expect(parseDecisionValue('action', written)).toEqual({ problem: 'its decision is none of: done' });
    const done = formatDecisionValue({ ...ann, decision: 'done' });
    expect(parseDecisionValue('action', done)).toEqual({ value: { ...ann, decision: 'done' } });
  });

  it('is not changed without being refused, or being another decision that is written in the one way', () => {
    const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('ann', 'a"b', '\\', '"}', '👍'));
    const edit = fc.record({
      at: fc.nat(200),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.constantFrom('"', ',', '\\', ' ', ',"by":"bob"', '\\u0061', '{', '}'),
        fc.string({ maxLength: 3 }),
      ),
    });
    let taken = 0;
    fc.assert(
      fc.property(name, fc.option(name, { nil: undefined }), edit, (by, comment, { at, remove, insert }) => {
        const text = formatDecisionValue({ ...ann, by, ...(comment === undefined ? {} : { comment }) });
        const tampered = text.slice(0, at) + insert + text.slice(at + remove);
        const value = read(tampered);
        if (value === undefined) return;
        taken += 1;
        expect(formatDecisionValue(value)).toBe(tampered);
        expect(Object.keys(JSON.parse(tampered) as object)).toEqual(Object.keys(value));
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(10);
  });
});
