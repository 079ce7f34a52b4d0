import { describe, expect, it } from 'vitest';
import { parseMutateArguments } from './mutate-command.ts';

describe('mutate command line', () => {
  it('takes all mutations, two at a time, when nothing else is said', () => {
    expect(parseMutateArguments([])).toEqual({ words: [], workers: 2 });
    expect(parseMutateArguments(['quorum', '--workers', '1'])).toEqual({ words: ['quorum'], workers: 1 });
    expect(parseMutateArguments(['-h'])).toBe('help');
  });

  it.each([
    [['--workers', '0'], "--workers takes a whole number from 1, not '0'"],
    [['nothing-like-it', 'nor-this'], 'there is no mutation of nothing-like-it, nor-this'],
    [['--unknown'], '--unknown'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseMutateArguments(args)).toThrow(message);
  });
});
