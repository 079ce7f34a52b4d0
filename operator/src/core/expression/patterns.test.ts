import { describe, expect, it } from 'vitest';
import { compilePattern } from './patterns.ts';

describe('compilePattern', () => {
  const problemOf = (pattern: string) => {
    const compiled = compilePattern(pattern);
    return 'problem' in compiled ? compiled.problem : undefined;
  };

  it('tells what is wrong with a pattern', () => {
    expect(problemOf('(a')).toMatch(/^the pattern cannot be used \(RE2\): missing closing \): `\(a`$/);
  });

  it('does not repeat the whole of a long one', () => {
    const problem = problemOf(`(${'a'.repeat(900)}`) ?? '';
    expect(problem.length).toBeLessThan(200);
    expect(problem).toMatch(/a…$/);
  });

  it('refuses one that is too long', () => {
    expect(problemOf('a'.repeat(1001))).toBe('a pattern has no more than 1000 characters');
    expect(problemOf('a'.repeat(1000))).toBeUndefined();
  });
});
