import TinyQueue from 'tinyqueue';
import type { Clock } from './clock.ts';

interface Due {
  readonly key: string;
  readonly atMs: number;
}

/** Keys that come due later; of several times for one key the earliest counts. One timer, whatever their number. */
export class DelayedKeys {
  readonly #clock: Clock;
  readonly #onDue: (key: string) => void;
  readonly #heap = new TinyQueue<Due>([], (one, other) => one.atMs - other.atMs);
  /** The time that counts of each key; what else the heap holds of it was overtaken. */
  readonly #atMs = new Map<string, number>();
  #timer: { readonly atMs: number; readonly controller: AbortController } | undefined;

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#atMs.size;
  }

  add(key: string, delayMs: number): void {
    const atMs = this.#clock.monotonicMs() + Math.max(0, delayMs);
    if (atMs >= (this.#atMs.get(key) ?? Infinity)) return;
    this.#atMs.set(key, atMs);
    this.#heap.push({ key, atMs });
    this.#arm();
  }

  /** Forgets every key and ends the timer. */
  clear(): void {
    this.#timer?.controller.abort();
    this.#timer = undefined;
    this.#atMs.clear();
    while (this.#heap.pop() !== undefined);
  }

  #arm(): void {
    const next = this.#heap.peek();
    if (next === undefined || (this.#timer !== undefined && this.#timer.atMs <= next.atMs)) return;
    this.#timer?.controller.abort();
    const timer = { atMs: next.atMs, controller: new AbortController() };
    this.#timer = timer;
    void this.#clock.sleep(next.atMs - this.#clock.monotonicMs(), timer.controller.signal).then(() => {
      if (this.#timer !== timer) return;
      this.#timer = undefined;
      this.#release();
      this.#arm();
    });
  }

  #release(): void {
    const nowMs = this.#clock.monotonicMs();
    for (let due = this.#heap.peek(); due !== undefined && due.atMs <= nowMs; due = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#atMs.get(due.key) !== due.atMs) continue;
      this.#atMs.delete(due.key);
      this.#onDue(due.key);
    }
  }
}
