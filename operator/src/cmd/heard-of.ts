import type { Clock } from '../kube/clock.ts';
import type { AnswerObserver } from './observers.ts';

/** Remembers when the API server was last heard of; it counts as heard of at the beginning. */
export class HeardOf implements AnswerObserver {
  readonly #clock: Clock;
  #serverAtMs: number;
  #leaseAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#serverAtMs = clock.monotonicMs();
    this.#leaseAtMs = this.#serverAtMs;
  }

  answered(): void {
    this.#serverAtMs = this.#clock.monotonicMs();
  }

  leaseAnswered(): void {
    this.#leaseAtMs = this.#clock.monotonicMs();
  }

  /** Milliseconds since then. */
  since(): { readonly unansweredMs: number; readonly leaseUnansweredMs: number } {
    const nowMs = this.#clock.monotonicMs();
    return { unansweredMs: nowMs - this.#serverAtMs, leaseUnansweredMs: nowMs - this.#leaseAtMs };
  }
}
