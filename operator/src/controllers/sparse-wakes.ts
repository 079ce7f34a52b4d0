/** Wakes each key at once, and then so often at most; what comes meanwhile wakes it once when that is over. */
export class SparseWakes {
  readonly #wake: (key: string) => void;
  readonly #everyMs: number;
  /** Keys that were woken just now, and whether something came since. */
  readonly #resting = new Map<string, { hasMore: boolean }>();

  constructor(wake: (key: string) => void, everyMs: number) {
    [this.#wake, this.#everyMs] = [wake, everyMs];
  }

  ask(key: string): void {
    const resting = this.#resting.get(key);
    if (resting !== undefined) {
      resting.hasMore = true;
      return;
    }
    const rest = { hasMore: false };
    this.#resting.set(key, rest);
    this.#wake(key);
    const timer = setTimeout(() => {
      this.#resting.delete(key);
      if (rest.hasMore) this.ask(key);
    }, this.#everyMs);
    timer.unref();
  }
}
