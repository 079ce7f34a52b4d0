import type { RunnerResult } from '../api/runner-result.ts';

/** Why an attempt has no result. */
export type Failure = NonNullable<RunnerResult['error']>;

/** A file that belongs to a result. */
export type Artifact = NonNullable<RunnerResult['artifacts']>[number];

/** What is believed of what a container left: how it ended, and what belongs to that. */
export type Verdict = Pick<RunnerResult, 'outcome' | 'outputs' | 'error' | 'usage' | 'artifacts'>;

/** A verdict without a result. Trying again does not help unless it is said. */
export function failed(reason: string, message: string, retryable = false): Verdict {
  return { outcome: 'failed', error: { reason, message, retryable } };
}
