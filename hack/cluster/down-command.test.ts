import { describe, expect, it } from 'vitest';
import { parseDownArguments } from './down-command.ts';

const parse = (...args: string[]): unknown => parseDownArguments(args, { fallback: 'default', all: () => ['a', 'b'] });

describe('parseDownArguments', () => {
  it('stops the default instance, the one named, or all', () => {
    expect(parse()).toEqual(['default']);
    expect(parse('--instance', 'x')).toEqual(['x']);
    expect(parse('--all')).toEqual(['a', 'b']);
  });

  it('refuses what it does not know', () => {
    expect(() => parse('everything')).toThrow('Unexpected argument');
  });
});
