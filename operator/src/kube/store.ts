import { guard } from './guard.ts';
import type { KubeObject } from './resource-type.ts';
import { compareResourceVersions } from './resource-version.ts';
import { StoreEvents, type StoreHandler } from './store-events.ts';
import { StoreIndex, type Indexer } from './store-index.ts';

/** The cache of one resource as its users see it. Objects are shared: never change one. */
export interface StoreReader<T> {
  readonly size: number;
  /** `key` as `keyOf` writes it. */
  get(key: string): T | undefined;
  list(): T[];
  /** The objects an indexer put under `value`; an unknown index is a bug and throws. */
  byIndex(index: string, value: string): T[];
  /**
   * Whether it holds every change up to this version, which may be that of an object of another resource; of one namespace
   * alone where that is named.
   */
  hasSeen(resourceVersion: string, namespace?: string): boolean;
  /** Tells the handler of every object already here, then of each change. Returns how to leave. */
  subscribe(handler: StoreHandler<T>): () => void;
}

/** A watch event about an object, as the server sent it. */
export interface ObjectEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

/** An object as a store holds it, with its identity taken from what the server sent. */
export interface StoreEntry<T> {
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly object: T;
}

/** How a store keeps objects. */
export interface StoreOptions<T> {
  /** Makes what is kept of what was sent. Should not throw: an object it throws on is left out and reported. */
  readonly transform: (object: T) => T;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** Told of everything that handlers, indexers and the transform throw. */
  readonly report?: (error: unknown) => void;
}

/** `namespace/name`, or the name alone for cluster-scoped objects. */
export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * The objects of one resource, by key. It holds every change up to its `resourceVersion` and perhaps some later ones
 * (our own writes): so what is not newer than that version and not here is gone, and is never put back.
 */
export class Store<T extends KubeObject> implements StoreReader<T> {
  readonly #transform: (object: T) => T;
  readonly #report: (error: unknown) => void;
  readonly #entries = new Map<string, StoreEntry<T>>();
  readonly #indexes: ReadonlyMap<string, StoreIndex<T>>;
  readonly #events: StoreEvents<T>;
  #resourceVersion: string | undefined;

  constructor({ transform, indexers = {}, report = () => undefined }: StoreOptions<T>) {
    this.#transform = transform;
    this.#report = report;
    this.#indexes = new Map(Object.entries(indexers).map(([name, indexer]) => [name, new StoreIndex(indexer)]));
    this.#events = new StoreEvents(report);
  }

  /** Where a watch has to go on; undefined before the first list. */
  get resourceVersion(): string | undefined {
    return this.#resourceVersion;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.object;
  }

  list(): T[] {
    return Array.from(this.#entries.values(), ({ object }) => object);
  }

  byIndex(index: string, value: string): T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`no index '${index}'; indexes: ${[...this.#indexes.keys()].join(', ')}`);
    return Array.from(found.keys(value), (key) => this.get(key)).filter((object) => object !== undefined);
  }

  hasSeen(resourceVersion: string): boolean {
    if (this.#resourceVersion === undefined) return false;
    // Versions without an order tell nothing: what is here is all that can be known.
    return (compareResourceVersions(this.#resourceVersion, resourceVersion) ?? 0) >= 0;
  }

  subscribe(handler: StoreHandler<T>): () => void {
    const present = Array.from(this.#entries.values(), ({ key, object }) => ({ type: 'added', key, object }) as const);
    return this.#events.subscribe(handler, present);
  }

  /** Takes in the answer to our own create or update at once. False when something as new is known already. */
  put(object: T): boolean {
    const entry = this.prepare(object);
    if (entry === undefined) return false;
    const seen = [this.#resourceVersion, this.#entries.get(entry.key)?.resourceVersion];
    if (!seen.every((version) => version === undefined || isCertainlyNewer(entry.resourceVersion, version)))
      return false;
    this.#set(entry);
    return true;
  }

  /** What the store would keep of an object; undefined when it lacks an identity or the transform threw. */
  prepare(object: T): StoreEntry<T> | undefined {
    const { uid, resourceVersion } = object.metadata;
    if (uid === undefined || resourceVersion === undefined) return undefined;
    const key = keyOf(object);
    let entry: StoreEntry<T> | undefined;
    guard(() => {
      entry = { key, uid, resourceVersion, object: this.#transform(object) };
    }, this.#report);
    return entry;
  }

  /** True when a list of this version is older than what the store has seen: a stale server, or a history cut back. */
  isAheadOf(resourceVersion: string): boolean {
    return this.#resourceVersion !== undefined && isCertainlyNewer(this.#resourceVersion, resourceVersion);
  }

  /**
   * Takes a complete list of the given version: what is not in it is deleted, except what is newer than the list. A list
   * older than the store itself says that the server's history was cut back; it then holds as it is.
   */
  replace(entries: readonly StoreEntry<T>[], resourceVersion: string): void {
    const cutBack = this.isAheadOf(resourceVersion);
    const listed = new Set(entries.map(({ key }) => key));
    for (const held of [...this.#entries.values()]) {
      const keep = listed.has(held.key) || (!cutBack && isCertainlyNewer(held.resourceVersion, resourceVersion));
      if (!keep) this.#delete(held);
    }
    for (const entry of entries) {
      const held = this.#entries.get(entry.key);
      if (held === undefined || supersedes(entry, held, cutBack)) this.#set(entry);
    }
    this.#resourceVersion = resourceVersion;
  }

  /**
   * Takes a watch event. False when it proves that the server's order was broken on the way: something else may be
   * missing then, and only a list can tell.
   */
  apply({ type, object }: ObjectEvent<T>): boolean {
    const { resourceVersion = '' } = object.metadata;
    const unseen = this.#isUnseen(resourceVersion);
    const held = this.#entries.get(keyOf(object));
    const isRepeated = type === 'DELETED' ? held === undefined : held?.resourceVersion === resourceVersion;
    if (unseen) this.#resourceVersion = resourceVersion;
    if (isRepeated) return true;
    if (held === undefined ? unseen : !isCertainlyNewer(held.resourceVersion, resourceVersion)) {
      this.#change(type, object, held);
    }
    return unseen;
  }

  /** Takes a bookmark: everything up to this version has been seen. False when it leads into the past, as in `apply`. */
  progress(resourceVersion: string): boolean {
    if (this.isAheadOf(resourceVersion)) return false;
    this.#resourceVersion = resourceVersion;
    return true;
  }

  #isUnseen(resourceVersion: string): boolean {
    return this.#resourceVersion === undefined || isNewer(resourceVersion, this.#resourceVersion);
  }

  #change(type: ObjectEvent<T>['type'], object: T, held: StoreEntry<T> | undefined): void {
    const entry = this.prepare(object);
    if (entry !== undefined && type !== 'DELETED') this.#set(entry);
    else if (held !== undefined) this.#delete(held, entry?.object);
  }

  #set(entry: StoreEntry<T>): void {
    const { key, object } = entry;
    const held = this.#entries.get(key);
    const isSame = held?.uid === entry.uid;
    if (held !== undefined && !isSame) this.#delete(held);
    this.#entries.set(key, entry);
    for (const index of this.#indexes.values()) {
      guard(() => {
        index.set(key, object);
      }, this.#report);
    }
    this.#events.emit(isSame ? { type: 'updated', key, object, before: held.object } : { type: 'added', key, object });
  }

  #delete({ key, object }: StoreEntry<T>, last = object): void {
    this.#entries.delete(key);
    for (const index of this.#indexes.values()) index.delete(key);
    this.#events.emit({ type: 'deleted', key, object: last });
  }
}

function supersedes(entry: StoreEntry<unknown>, held: StoreEntry<unknown>, cutBack: boolean): boolean {
  if (!cutBack) return isNewer(entry.resourceVersion, held.resourceVersion);
  return entry.resourceVersion !== held.resourceVersion || entry.uid !== held.uid;
}

function isCertainlyNewer(resourceVersion: string, than: string): boolean {
  return (compareResourceVersions(resourceVersion, than) ?? 0) > 0;
}

/** Versions without an order count as they come: the server sends them in its own order. */
function isNewer(resourceVersion: string, than: string): boolean {
  return (compareResourceVersions(resourceVersion, than) ?? 1) > 0;
}
