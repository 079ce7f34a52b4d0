import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

describe('parseArguments', () => {
  it('takes every other suite when none is named', () => {
    expect(parseArguments([], false)).toEqual({
      suites: ['checks', 'unit', 'mutation', 'integration', 'e2e'],
      filters: [],
    });
  });

  it('takes vLLM, which is large, only where it is there or named', () => {
    expect(parseArguments([], true).suites.at(-1)).toBe('vllm');
    expect(parseArguments(['vllm'], false).suites).toEqual(['vllm']);
  });

  it('takes the suites that are named, in the order in which they run', () => {
    expect(parseArguments(['e2e', 'unit'], true).suites).toEqual(['unit', 'e2e']);
  });

  it('takes what follows -- as filters', () => {
    expect(parseArguments(['unit', '--', 'reflector'], true)).toEqual({ suites: ['unit'], filters: ['reflector'] });
  });

  it('names the suites when it does not know one', () => {
    expect(() => parseArguments(['integratoin'], false)).toThrow(/there is no suite 'integratoin'[^]*integration/);
  });
});
