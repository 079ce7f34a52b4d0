/** How much is kept. */
export interface RecentLimits {
  readonly ofEach: number;
  readonly inAll: number;
}

/**
 * The last that is known of many things of WorkItems. What was set the longest time ago goes first: of a WorkItem that has too
 * many its own, so that nobody pushes out what is of others.
 */
export class RecentByWorkItem<T> {
  readonly #limits: RecentLimits;
  readonly #known = new Map<string, Map<string, T>>();
  #size = 0;

  constructor(limits: RecentLimits = { ofEach: 1_024, inAll: 20_000 }) {
    this.#limits = limits;
  }

  get(workItem: string, key: string): T | undefined {
    return this.#known.get(workItem)?.get(key);
  }

  set(workItem: string, key: string, value: T): void {
    const own = this.#known.get(workItem) ?? new Map<string, T>();
    this.#size += own.delete(key) ? 0 : 1;
    own.set(key, value);
    // Whichever was set last stands last.
    this.#known.delete(workItem);
    this.#known.set(workItem, own);
    if (own.size > this.#limits.ofEach) this.#dropFirst(own);
    if (this.#size > this.#limits.inAll) this.#dropOldest();
  }

  *values(): Generator<T> {
    for (const own of this.#known.values()) yield* own.values();
  }

  #dropFirst(own: Map<string, T>): void {
    for (const key of own.keys()) {
      own.delete(key);
      this.#size -= 1;
      return;
    }
  }

  #dropOldest(): void {
    for (const [workItem, own] of this.#known) {
      this.#dropFirst(own);
      if (own.size === 0) this.#known.delete(workItem);
      return;
    }
  }
}
