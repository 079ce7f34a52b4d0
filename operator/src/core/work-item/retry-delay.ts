import type { RetryPolicy } from '../../api/retry-policy.ts';
import { neverRetried } from './step-reasons.ts';

/** A retry policy in which everything is said. */
export type EffectiveRetryPolicy = { readonly [field in keyof RetryPolicy]-?: NonNullable<RetryPolicy[field]> };

const builtIn: EffectiveRetryPolicy = {
  maxAttempts: 3,
  backoff: 'exponential',
  initialBackoffSeconds: 2,
  maxBackoffSeconds: 60,
  nonRetryableReasons: [],
};

/** What holds for a step: its own policy, over the Pipeline's, over Conclave's. */
export function effectivePolicy(own: RetryPolicy | undefined, pipeline: RetryPolicy | undefined): EffectiveRetryPolicy {
  return { ...builtIn, ...(pipeline as Partial<EffectiveRetryPolicy>), ...(own as Partial<EffectiveRetryPolicy>) };
}

/** Time from a failure to the next attempt, in milliseconds. `failures` counts from 1. */
export function retryDelayMs(policy: EffectiveRetryPolicy, failures: number): number {
  const { backoff, initialBackoffSeconds, maxBackoffSeconds } = policy;
  const factor = { exponential: 2 ** Math.min(failures - 1, 30), linear: failures, fixed: 1 }[backoff];
  return Math.min(initialBackoffSeconds * factor, maxBackoffSeconds) * 1000;
}

/** A failure, as far as it matters for whether to try again. */
export interface Retryability {
  readonly reason: string;
  readonly retryable: boolean | undefined;
}

/** Whether trying again can mend a failure, whatever the number of attempts. */
export function mayBeRetried(policy: EffectiveRetryPolicy, { reason, retryable }: Retryability): boolean {
  return retryable !== false && !neverRetried.has(reason) && !policy.nonRetryableReasons.includes(reason);
}
