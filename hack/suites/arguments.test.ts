import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

describe('parseArguments', () => {
  it('takes every suite when none is named', () => {
    expect(parseArguments([])).toEqual({ suites: ['checks', 'unit', 'mutation', 'integration', 'e2e'], filters: [] });
  });

  it('takes the suites that are named, in the order in which they run', () => {
    expect(parseArguments(['e2e', 'unit']).suites).toEqual(['unit', 'e2e']);
  });

  it('takes what follows -- as filters', () => {
    expect(parseArguments(['unit', '--', 'reflector'])).toEqual({ suites: ['unit'], filters: ['reflector'] });
  });

  it('names the suites when it does not know one', () => {
    expect(() => parseArguments(['integratoin'])).toThrow(/there is no suite 'integratoin'[^]*integration/);
  });
});
