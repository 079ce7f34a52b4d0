import { describe, expect, it } from 'vitest';
import type { ContextPack } from './pack-context.ts';
import { countRecords, keepRecords, shortenPack } from './shorten-pack.ts';

const lines = ['a', 'b', 'c'].map((name) => `Result of the step ${name}: ${JSON.stringify({ text: name.repeat(40) })}`);
const note = (missing: number) => `${missing} more that are older or less related are left out.`;
const aPack = (text: string): ContextPack => ({ text, tokens: 9, sources: ['a', 'b', 'c'], maxTokens: 50 });

describe('a pack that is too long for its model', () => {
  it('loses whole records from its end, and says how many are missing', () => {
    const { text = '', sources } = shortenPack(aPack(lines.join('\n')), 210) ?? {};
    expect(text.split('\n')).toEqual([lines[0], lines[1], note(1)]);
    expect(sources).toEqual(['a', 'b']);
  });

  it('counts those that were left out before', () => {
    const { text = '', sources } = shortenPack(aPack([...lines, note(7)].join('\n')), 210) ?? {};
    expect(text.split('\n')).toEqual([lines[0], lines[1], note(8)]);
    expect(sources).toEqual(['a', 'b']);
  });

  it('keeps the beginning of its first record, when that is all that fits', () => {
    const alone = shortenPack(aPack(lines[0] ?? ''), 60)?.text;
    expect(alone).toMatch(/^Result of the step a: \{"text":"a+ … \[cut\]$/);
    expect(alone).toHaveLength(60);
    const { text = '', sources } = shortenPack(aPack(lines.join('\n')), 110) ?? {};
    expect(text.split('\n')).toEqual([expect.stringMatching(/^Result of the step a: .* … \[cut\]$/), note(2)]);
    expect([text.length, sources]).toEqual([110, ['a']]);
  });

  it('has a number of records, of which the first ones can be kept', () => {
    const pack = aPack([...lines, note(7)].join('\n'));
    expect([countRecords(pack), countRecords(aPack(lines.join('\n')))]).toEqual([3, 3]);
    expect(keepRecords(pack, 1)).toEqual({ ...pack, text: `${lines[0] ?? ''}\n${note(9)}`, sources: ['a'] });
    expect(keepRecords(pack, 3)).toBe(pack);
  });

  it('is gone when nothing of it fits, and stays as it is when all does', () => {
    expect(shortenPack(aPack(lines.join('\n')), 50)).toBeUndefined();
    const whole = aPack(lines.join('\n'));
    expect(shortenPack(whole, whole.text.length)).toBe(whole);
  });
});
