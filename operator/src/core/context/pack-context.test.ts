import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { digestOf } from '../digest.ts';
import type { KnownRecord } from './known-record.ts';
import { packContext } from './pack-context.ts';

const at = (minute: number) => `2026-01-05T08:${String(minute).padStart(2, '0')}:00.000Z`;

const aResult = (name: string, fields: JsonObject, more: Partial<KnownRecord> = {}): KnownRecord => {
  return { kind: 'result', name, fields, at: at(0), ...more };
};
const anApproval = (comment: string): KnownRecord => {
  const fields = { decision: 'approved', role: 'po', user: 'ada', comment };
  return { kind: 'decision', name: 'release', fields, at: at(5) };
};

const textOf = (...args: Parameters<typeof packContext>) => packContext(...args)?.text;

describe('a context pack', () => {
  it('tells results and decisions, the most related first, then the most recent', () => {
    const records = [
      aResult('early', { n: 1 }),
      anApproval('Ship it.'),
      aResult('far', { n: 2 }, { distance: 2 }),
      aResult('near', { n: 3 }, { distance: 1, at: at(1) }),
      aResult('late', { n: 4 }, { at: at(9) }),
    ];
    expect(packContext(records, [{}])).toEqual({
      text: [
        'Result of the step near: {"n":3}',
        'Result of the step far: {"n":2}',
        'Result of the step late: {"n":4}',
        'Decision at the gate release: {"comment":"Ship it.","decision":"approved","role":"po","user":"ada"}',
        'Result of the step early: {"n":1}',
      ].join('\n'),
      tokens: 58,
      maxTokens: 200,
      sources: [
        `near@${digestOf({ n: 3 })}`,
        `far@${digestOf({ n: 2 })}`,
        `late@${digestOf({ n: 4 })}`,
        `release@${digestOf(anApproval('Ship it.').fields)}`,
        `early@${digestOf({ n: 1 })}`,
      ],
    });
  });

  it('is none where there is nothing to tell, and where nothing may be told', () => {
    expect(packContext([], [{}])).toBeUndefined();
    expect(packContext([aResult('a', {})], [{}])).toBeUndefined();
    expect(packContext([aResult('a', { n: 1 })], [{ fields: [] }])).toBeUndefined();
    expect(packContext([aResult('a', { n: 1 }), aResult('b', { n: 1 })], [{ maxTokens: 1 }])).toBeUndefined();
  });

  it.each([
    ['a field', ['summary'], '{"summary":"s"}'],
    ['a field below a field, also in lists', ['items[*].cost'], '{"items":[{"cost":1},{"cost":2}]}'],
    ['a field of one step alone', ['plan.deep.secret'], '{"deep":{"secret":"x"}}'],
    ['all of a step', ['plan'], '{"deep":{"open":1,"secret":"x"},"items":[{"cost":1,"n":1},{"cost":2}],"summary":"s"}'],
  ])('holds %s where the role may see no more', (_, fields, told) => {
    expect(textOf([plan], [{ fields }])).toBe(`Result of the step plan: ${told}`);
  });

  const deep = { secret: 'x', open: 1 };
  const plan = aResult('plan', { summary: 's', items: [{ cost: 1, n: 1 }, { cost: 2 }], deep });

  it.each([
    ['at any depth', ['secret'], '{"deep":{"open":1},"items":[{"cost":1,"n":1},{"cost":2}],"summary":"s"}'],
    ['with all below', ['deep', 'items[*].n'], '{"items":[{"cost":1},{"cost":2}],"summary":"s"}'],
    ['of one step', ['plan.summary', 'other.deep', 'items', 'deep.open'], '{"deep":{"secret":"x"}}'],
  ])('lacks what is hidden from the role, %s', (_, hiddenFields, told) => {
    expect(textOf([plan], [{ hiddenFields }])).toBe(`Result of the step plan: ${told}`);
    expect(textOf([plan], [{ hiddenFields, fields: ['plan'] }])).toBe(`Result of the step plan: ${told}`);
  });

  it('lacks a step or a gate whose name is hidden, and a key that is written like a hidden path', () => {
    expect(textOf([plan, anApproval('x')], [{ hiddenFields: ['plan', 'release'] }])).toBeUndefined();
    expect(textOf([aResult('each[3].plan', { n: 1 })], [{ hiddenFields: ['plan'] }])).toBeUndefined();
    expect(textOf([aResult('a', { 'deep.secret[0]': 1, n: 1 })], [{ hiddenFields: ['deep.secret'] }])).toBe(
      'Result of the step a: {"n":1}',
    );
  });

  it('holds, for several roles, what each of them may see, in the size of the smallest', () => {
    const rules = [{ fields: ['summary', 'deep'], maxTokens: 100 }, { hiddenFields: ['secret'] }, { fields: ['deep'] }];
    expect(textOf([plan], rules)).toBe('Result of the step plan: {"deep":{"open":1}}');
    const long = aResult('long', { text: 'x'.repeat(2000) });
    expect(packContext([long], [{ maxTokens: 50 }, {}])?.tokens).toBe(50);
  });

  it('names what is only stored, by its digest for those from whom nothing is kept', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const stored: KnownRecord = { kind: 'result', name: 'big', stored: { digest, sizeBytes: 9000 }, at: at(0) };
    expect(packContext([stored], [{}])).toMatchObject({
      text: `Result of the step big: 9000 bytes, in the artifact ${digest}`,
      sources: [`big@${digest}`],
    });
    const told = { text: 'Result of the step big: 9000 bytes, not shown', sources: ['big'] };
    expect(packContext([stored], [{ hiddenFields: ['x'] }])).toMatchObject(told);
    expect(packContext([stored], [{}, { fields: ['x'] }])).toMatchObject(told);
    expect(packContext([stored], [{ hiddenFields: ['big'] }])).toBeUndefined();
  });

  it('says what is cut, and lets no record crowd out all that follow', () => {
    const records = [aResult('a', { text: 'x'.repeat(900) }, { distance: 1 })].concat(
      Array.from({ length: 20 }, (_, index) => aResult(`b${index}`, { n: index }, { at: at(30 - index) })),
    );
    const { text = '', sources } = packContext(records, [{}]) ?? {};
    expect(text).toMatch(/^Result of the step a: \{"text":"x+ … \[cut\]\nResult of the step b0: \{"n":0\}\n/);
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe(`${22 - lines.length} more that are older or less related are left out.`);
    expect(sources).toHaveLength(lines.length - 1);
  });

  it('holds what agents may write: text that is not Unicode, numbers that JSON has not, endless depth', () => {
    let bottomless: JsonObject = { bottom: true };
    for (let depth = 0; depth < 20_000; depth += 1) bottomless = { d: bottomless };
    const fields = { half: '\uD800x', many: Infinity, bottomless, '\uDC00': 1 };
    const text = textOf([aResult('a', fields)], [{ maxTokens: 2000 }]);
    expect(text).toContain('"half":"\uFFFDx"');
    expect(text).toContain('"many":null');
    expect(text?.isWellFormed()).toBe(true);
    expect(text).not.toContain('bottom"');
  });

  it('cuts no character in two', () => {
    for (const length of [60, 61, 62, 63]) {
      const text = textOf([aResult('a', { t: 'x'.repeat(length % 2) + '😀'.repeat(200) })], [{ maxTokens: length }]);
      expect(text?.isWellFormed()).toBe(true);
    }
  });
});
