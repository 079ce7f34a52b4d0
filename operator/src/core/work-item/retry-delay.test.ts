import { describe, expect, it } from 'vitest';
import type { RetryPolicy } from '../../api/retry-policy.ts';
import { effectivePolicy, mayBeRetried, retryDelayMs } from './retry-delay.ts';

const delays = (own: RetryPolicy, failures: number[]) =>
  failures.map((count) => retryDelayMs(effectivePolicy(own, undefined), count) / 1000);

describe('retryDelayMs', () => {
  const cases: Record<string, { policy: RetryPolicy; failures: number[]; seconds: number[] }> = {
    'doubles from two seconds to a minute by default': {
      policy: {},
      failures: [1, 2, 3, 4, 5, 6, 7],
      seconds: [2, 4, 8, 16, 32, 60, 60],
    },
    'adds the first delay each time when it is linear': {
      policy: { backoff: 'linear', initialBackoffSeconds: 5, maxBackoffSeconds: 12 },
      failures: [1, 2, 3],
      seconds: [5, 10, 12],
    },
    'stays when it is fixed': {
      policy: { backoff: 'fixed', initialBackoffSeconds: 7 },
      failures: [1, 9],
      seconds: [7, 7],
    },
    'never passes the largest delay, not even at once': {
      policy: { initialBackoffSeconds: 90, maxBackoffSeconds: 30 },
      failures: [1],
      seconds: [30],
    },
    'does not run away after many failures': { policy: {}, failures: [100, 10_000], seconds: [60, 60] },
  };
  it.each(Object.entries(cases))('%s', (_, { policy, failures, seconds }) => {
    expect(delays(policy, failures)).toEqual(seconds);
  });
});

describe('effectivePolicy', () => {
  it('takes what a step says over what the pipeline says, field by field', () => {
    const policy = effectivePolicy({ maxAttempts: 5 }, { maxAttempts: 2, backoff: 'fixed' });
    expect(policy).toMatchObject({ maxAttempts: 5, backoff: 'fixed', initialBackoffSeconds: 2 });
  });
});

describe('mayBeRetried', () => {
  const policy = effectivePolicy({ nonRetryableReasons: ['Banned'] }, undefined);
  it.each([
    ['a failure that says nothing', { reason: 'Crashed', retryable: undefined }, true],
    ['one that says that it may be', { reason: 'Crashed', retryable: true }, true],
    ['one that says that it must not be', { reason: 'Crashed', retryable: false }, false],
    ['a reason that the policy names', { reason: 'Banned', retryable: true }, false],
    ['an answer that does not fit its schema', { reason: 'SchemaMismatch', retryable: true }, false],
    ['what a policy denied', { reason: 'PolicyDenied', retryable: true }, false],
    ['what the budget does not allow', { reason: 'BudgetExceeded', retryable: true }, false],
  ])('%s: %j → %s', (_, failure, expected) => {
    expect(mayBeRetried(policy, failure)).toBe(expected);
  });
});
