import type { Account } from '../cluster/account.ts';
import type { Shipped } from './read-shipped.ts';

/** What a check has come to: `unknown` where one may not look. */
export type FindingResult = 'ok' | 'warning' | 'failed' | 'unknown';

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  readonly result: FindingResult;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** What checks look at. */
export interface Examination {
  readonly account: Account;
  /** What this program expects of the cluster. */
  readonly shipped: Shipped;
  /** Where the operator is. */
  readonly systemNamespace: string;
  /** Where one works oneself; none stands for all namespaces. */
  readonly namespace: string | undefined;
  readonly nowMs: number;
}

/** Looks at one thing, and says what it finds. What the API server objects to may be thrown. */
export type Check = (examination: Examination) => Promise<readonly Finding[]>;
