import type { RequestTarget } from './api-error.ts';

/** A request that is over; a watch counts when it is open. */
export interface RequestOutcome {
  readonly target: RequestTarget;
  /** HTTP status, or why there was none. */
  readonly code: number | 'network' | 'timeout' | 'tooLarge' | 'aborted' | 'refused';
  /** From the call until the whole answer was read, retries included. */
  readonly durationMs: number;
}

/** Where metrics and logs learn of requests. Its methods must not throw. */
export interface RequestObserver {
  requestFinished?(outcome: RequestOutcome): void;
  /** The API server sent a `Warning` header: a deprecated version, an unknown field. */
  serverWarned?(target: RequestTarget, warning: string): void;
  /** Credentials could not be read anew; the last good ones stay in use. */
  credentialsFailed?(error: Error): void;
}
