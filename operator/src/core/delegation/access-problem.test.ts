import { describe, expect, it } from 'vitest';
import { outcomeOfProblem } from './access-problem.ts';

describe('outcomeOfProblem', () => {
  it.each([
    ['not-served', 'KindNotServed', true],
    ['not-namespaced', 'KindNotNamespaced', false],
    ['forbidden', 'Forbidden', false],
    ['quota', 'QuotaExceeded', true],
    ['invalid', 'ObjectInvalid', false],
  ] as const)('ends an attempt by %s: %s, worth another one: %s', (kind, reason, retryable) => {
    expect(outcomeOfProblem({ kind, message: 'why' })).toEqual({ result: 'Failed', message: 'why', reason, retryable });
  });

  it.each(['absent', 'taken', 'changed', 'unavailable'] as const)('does not end an attempt by %s', (kind) => {
    expect(outcomeOfProblem({ kind, message: 'why' })).toBeUndefined();
  });
});
