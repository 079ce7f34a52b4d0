import type { Clock } from '../kube/clock.ts';

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved; what sleeps on it wakes in the order of its times. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #startMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  /** How many are asleep: none when everything that runs on this clock has ended. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const sleeper = {
        wakeAtMs: this.#nowMs + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Moves time on by `ms`, letting everything run that wakes meanwhile. */
  async advance(ms: number): Promise<void> {
    await this.advanceUntil(() => false, ms);
  }

  /** Moves time on from one waking to the next until `reached`, or until `ms` are over. Says whether it was reached. */
  async advanceUntil(reached: () => boolean, ms: number): Promise<boolean> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      if (reached()) return true;
      const next = this.#next(endMs) ?? (await this.#nextOnceSettled(endMs));
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.wakeAtMs);
      next.wake();
    }
    this.#nowMs = endMs;
    return false;
  }

  /** What `reached` set going may fall asleep only when it has gone on. */
  async #nextOnceSettled(endMs: number): Promise<Sleeper | undefined> {
    await settled();
    return this.#next(endMs);
  }

  #next(endMs: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAtMs <= endMs && (next === undefined || sleeper.wakeAtMs < next.wakeAtMs)) next = sleeper;
    }
    return next;
  }
}

/** Resolves when every promise that could go on has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
