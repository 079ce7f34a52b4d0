/** Under which values an object is found in an index; none leaves it out. */
export type Indexer<T> = (object: T) => readonly string[];

/** One index of a store: from a value to the keys of the objects that have it. */
export class StoreIndex<T> {
  readonly #indexer: Indexer<T>;
  readonly #keysByValue = new Map<string, Set<string>>();
  readonly #valuesByKey = new Map<string, readonly string[]>();

  constructor(indexer: Indexer<T>) {
    this.#indexer = indexer;
  }

  /** Whatever the indexer throws; the object then stands under no value. */
  set(key: string, object: T): void {
    this.delete(key);
    const values = [...new Set(this.#indexer(object))];
    if (values.length === 0) return;
    this.#valuesByKey.set(key, values);
    for (const value of values) {
      const keys = this.#keysByValue.get(value);
      if (keys === undefined) this.#keysByValue.set(value, new Set([key]));
      else keys.add(key);
    }
  }

  delete(key: string): void {
    for (const value of this.#valuesByKey.get(key) ?? []) {
      const keys = this.#keysByValue.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByValue.delete(value);
    }
    this.#valuesByKey.delete(key);
  }

  keys(value: string): ReadonlySet<string> {
    return this.#keysByValue.get(value) ?? noKeys;
  }
}

const noKeys: ReadonlySet<string> = new Set();
