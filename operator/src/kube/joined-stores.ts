import type { KubeObject } from './resource-type.ts';
import type { StoreHandler } from './store-events.ts';
import type { Store, StoreReader } from './store.ts';

/**
 * The stores of one resource, each of one namespace, as one cache. Each keeps its own place in the server's history: what is
 * new in one says nothing of the others.
 */
export class JoinedStores<T extends KubeObject> implements StoreReader<T> {
  readonly #stores: ReadonlyMap<string, Store<T>>;

  /** `stores` by their namespaces. */
  constructor(stores: ReadonlyMap<string, Store<T>>) {
    this.#stores = stores;
  }

  get size(): number {
    return this.#all().reduce((sum, { size }) => sum + size, 0);
  }

  get(key: string): T | undefined {
    return this.#stores.get(key.slice(0, key.indexOf('/')))?.get(key);
  }

  list(): T[] {
    return this.#all().flatMap((store) => store.list());
  }

  byIndex(index: string, value: string): T[] {
    return this.#all().flatMap((store) => store.byIndex(index, value));
  }

  hasSeen(resourceVersion: string, namespace?: string): boolean {
    const stores = namespace === undefined ? this.#all() : [this.#stores.get(namespace)];
    return stores.every((store) => store?.hasSeen(resourceVersion) ?? false);
  }

  /** In order within a namespace; between them nothing is promised. */
  subscribe(handler: StoreHandler<T>): () => void {
    const leave = this.#all().map((store) => store.subscribe(handler));
    return () => {
      for (const each of leave) each();
    };
  }

  #all(): Store<T>[] {
    return [...this.#stores.values()];
  }
}
