import type { AttemptOutcome } from '../work-item/observed.ts';

/** Why the cluster did not do what was asked of it, in one word that decides what follows. */
export type AccessProblemKind =
  /** There is no such object. */
  | 'absent'
  /** An object of this name is there. */
  | 'taken'
  /** The object is another one than was meant, or changed meanwhile. */
  | 'changed'
  /** The cluster knows no such kind. */
  | 'not-served'
  /** The kind has no namespaces. */
  | 'not-namespaced'
  /** The operator's account may not, or an admission policy says no. */
  | 'forbidden'
  /** The quota of the namespace is used up. */
  | 'quota'
  /** The object is wrong, and will be. */
  | 'invalid'
  /** No answer, or that of an overloaded or failing server; a write may have taken effect. */
  | 'unavailable';

/** What stood in the way, and the cluster's own words, with what to do. */
export interface AccessProblem {
  readonly kind: AccessProblemKind;
  readonly message: string;
}

interface Ending {
  readonly reason: string;
  readonly retryable: boolean;
}

/** Problems that end an attempt. The others pass, or are part of the work. */
const endings: Partial<Readonly<Record<AccessProblemKind, Ending>>> = {
  // A definition that is being installed is there at the next attempt.
  'not-served': { reason: 'KindNotServed', retryable: true },
  'not-namespaced': { reason: 'KindNotNamespaced', retryable: false },
  forbidden: { reason: 'Forbidden', retryable: false },
  quota: { reason: 'QuotaExceeded', retryable: true },
  invalid: { reason: 'ObjectInvalid', retryable: false },
};

/** How an attempt ends by a problem; undefined when it need not. */
export function outcomeOfProblem({ kind, message }: AccessProblem): AttemptOutcome | undefined {
  const ending = endings[kind];
  return ending && { result: 'Failed', message, ...ending };
}
