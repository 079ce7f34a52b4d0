import { Terminal, Waiting } from '../core/reconcile-error.ts';
import { ApiError, Conflict, WriteRefused } from './api-error.ts';
import { exponentialDelayMs, type BackOff } from './back-off.ts';
import type { Random } from './clock.ts';

/** How one turn of a key ended. */
export type Outcome = 'done' | 'conflict' | 'waiting' | 'refused' | 'terminal' | 'failed';

/** What a failed turn leads to; without a delay the key rests until something adds it. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly retryAfterMs: number | undefined;
}

/** A cache catches up within this time, in milliseconds. */
const conflictDelayMs = 25;
/** More conflicts in a row than a lagging cache explains. */
const conflictsBeforeFailure = 10;

/** Decides when a key is tried again after an error; remembers how often each key failed in a row. */
export class RetryPolicy {
  readonly #backOff: BackOff;
  readonly #random: Random;
  readonly #failures = new Map<string, number>();
  readonly #conflicts = new Map<string, number>();

  constructor(backOff: BackOff, random: Random) {
    this.#backOff = backOff;
    this.#random = random;
  }

  /** Failures in a row. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key's next failure counts as its first. */
  forget(key: string): void {
    this.#failures.delete(key);
    this.#conflicts.delete(key);
  }

  judge(key: string, error: unknown): Verdict {
    if (error instanceof Waiting) return this.#rest(key, { outcome: 'waiting', retryAfterMs: error.retryAfterMs });
    // Every key gets a turn when this process leads again: trying before that is in vain.
    if (error instanceof WriteRefused) return this.#rest(key, { outcome: 'refused', retryAfterMs: undefined });
    if (error instanceof Terminal) return this.#rest(key, { outcome: 'terminal', retryAfterMs: undefined });
    if (error instanceof Conflict && this.#countConflict(key) <= conflictsBeforeFailure) {
      return { outcome: 'conflict', retryAfterMs: conflictDelayMs * (0.5 + this.#random()) };
    }
    const failures = this.failuresOf(key);
    this.#failures.set(key, failures + 1);
    const ceilingMs = exponentialDelayMs(this.#backOff, failures);
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    return { outcome: 'failed', retryAfterMs: Math.max(asked, ceilingMs * (0.5 + this.#random() / 2)) };
  }

  #rest(key: string, verdict: Verdict): Verdict {
    this.forget(key);
    return verdict;
  }

  #countConflict(key: string): number {
    const conflicts = (this.#conflicts.get(key) ?? 0) + 1;
    this.#conflicts.set(key, conflicts);
    return conflicts;
  }
}
