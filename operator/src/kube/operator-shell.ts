import dotI, {
  ResourceEventType,
  ResourceMetaImpl,
  type OperatorLogger,
  type ResourceEvent,
} from '@dot-i/k8s-operator';
import type { CacheSettings, Cluster } from './cluster.ts';
import type { Clock, Random } from './clock.ts';
import { guard } from './guard.ts';
import { resourceName, type KubeObject, type ResourceType } from './resource-type.ts';
import { keyOf, type StoreReader } from './store.ts';
import type { StoreEvent } from './store-events.ts';
import { namespaceOf, WorkQueue, type QueueDepth, type Reconcile, type WorkQueueObserver } from './work-queue.ts';

type LibraryObject = ResourceEvent['object'];
type OnEvent = (event: ResourceEvent) => Promise<void>;

/** What a shell is made of. */
export interface OperatorShellOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: OperatorLogger;
}

/** One controller: whose keys it works on, and how. */
export interface Controller<T extends KubeObject> {
  /** Unique; a label of metrics. */
  readonly name: string;
  /** The resource whose keys (`namespace/name`) it reconciles. */
  readonly type: ResourceType<T>;
  readonly cache?: CacheSettings<T>;
  /** Called with a key whenever its object, or something related, may have changed; also when it is gone. */
  readonly reconcile: Reconcile;
  /** Turns at once; 4 when absent. */
  readonly concurrency?: number;
  /** Other resources whose changes concern a key. */
  readonly related?: readonly RelatedWatch[];
  /**
   * What it reads besides, which must be cached by then. It works as soon as these caches, its own and the related ones
   * are filled; absent: as soon as all are, whatever it may read.
   */
  readonly reads?: readonly ResourceType[];
  readonly observer?: WorkQueueObserver;
}

/** A watch on one resource that leads to keys of another. Made by `relatedTo`. */
export interface RelatedWatch {
  readonly type: ResourceType;
  readonly cache: CacheSettings<KubeObject>;
  readonly keysOf: (object: KubeObject) => readonly string[];
}

/** A watch on `type` whose objects lead to the keys that `keysOf` names. */
export function relatedTo<T extends KubeObject>(
  type: ResourceType<T>,
  keysOf: (object: T) => readonly string[],
  cache: CacheSettings<T> = {},
): RelatedWatch {
  return { type, cache, keysOf } as unknown as RelatedWatch;
}

interface Registration {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly watches: readonly Omit<RelatedWatch, 'cache'>[];
  /** The caches that must be filled before it works; all of them when undefined. */
  readonly needs: readonly ResourceType[] | undefined;
  isWorking: boolean;
}

/**
 * The operator as a whole: @dot-i/k8s-operator's `Operator`, whose watches are our reflectors and whose events only put
 * keys on our queues. Its own queue (one event at a time), its writes (errors swallowed) and its end of the process on
 * a watch error are never reached.
 */
export class OperatorShell extends dotI.default {
  readonly #options: OperatorShellOptions;
  readonly #registrations: Registration[] = [];
  #isStopping = false;

  /** @throws Error when the environment's kubeconfig cannot be read: the library loads it, though nothing here uses it */
  constructor(options: OperatorShellOptions) {
    super(options.logger);
    this.#options = options;
    options.cluster.onReturn((namespace, type) => {
      this.#takeUp(namespace, type);
    });
  }

  /** Caches a resource that no controller works on. */
  cache<T extends KubeObject>(type: ResourceType<T>, settings?: CacheSettings<T>): StoreReader<T> {
    return this.#options.cluster.cache(type, settings);
  }

  /** Adds a controller, before `start`; caches its resources that are not cached yet. Returns the cache of its keys. */
  register<T extends KubeObject>(controller: Controller<T>): StoreReader<T> {
    const { name, type, cache, reconcile, concurrency = 4, related = [], reads, observer = {} } = controller;
    const { clock, random } = this.#options;
    if (this.#registrations.some((other) => other.name === name)) throw new Error(`there is a controller '${name}'`);
    const store = this.#cacheOnce(type, cache);
    for (const watch of related) this.#cacheOnce(watch.type, watch.cache);
    const watches = [{ type, keysOf: (object: KubeObject) => [keyOf(object)] }, ...related];
    const needs = reads && [...watches.map((watch) => watch.type), ...reads];
    const queue = new WorkQueue({
      reconcile: this.#whereWatched(reconcile, needs),
      concurrency,
      clock,
      random,
      observer,
    });
    this.#registrations.push({ name, queue, watches, needs, isWorking: false });
    return store;
  }

  /** True when every cache has had a complete list: what controllers read is there. */
  isReady(): boolean {
    return !this.#isStopping && this.#options.cluster.states().every(({ synced }) => synced);
  }

  /** Asks for a turn of a key of a controller, beside what its watches ask for. @throws Error when there is no such controller */
  wake(controller: string, key: string): void {
    const registration = this.#registrations.find(({ name }) => name === controller);
    if (registration === undefined) throw new Error(`there is no controller '${controller}'`);
    registration.queue.add(key);
  }

  /** The depth of each controller's queue, by its name. */
  depths(): ReadonlyMap<string, QueueDepth> {
    return new Map(this.#registrations.map(({ name, queue }) => [name, queue.depth()]));
  }

  /**
   * Each controller begins as soon as the caches it needs are filled; to be called each time this process comes to lead.
   * When it led before, every key gets a turn: writes were refused in between.
   */
  async work(): Promise<void> {
    await Promise.all(this.#registrations.map((registration) => this.#begin(registration)));
  }

  /**
   * Turns of namespaces that may be read: to a plan from a cache that the server refuses to fill, what is there would be gone.
   * A key without its turn gets one when its namespace can be read.
   */
  #whereWatched(reconcile: Reconcile, needs: Registration['needs']): Reconcile {
    const { cluster } = this.#options;
    return (key, signal) =>
      cluster.isWatched(namespaceOf(key), needs) ? reconcile(key, signal) : Promise.resolve(undefined);
  }

  #takeUp(namespace: string, type: ResourceType): void {
    for (const { queue, watches, needs } of this.#registrations) {
      const isConcerned = needs?.some((needed) => resourceName(needed) === resourceName(type)) ?? true;
      if (isConcerned && this.#options.cluster.isWatched(namespace, needs)) this.#addAll(queue, watches, namespace);
    }
  }

  async #begin(registration: Registration): Promise<void> {
    await this.#options.cluster.whenSynced(registration.needs);
    if (this.#isStopping) return;
    if (registration.isWorking) this.#addAll(registration.queue, registration.watches);
    else registration.queue.start();
    registration.isWorking = true;
  }

  /** Every key, or every key that objects of one namespace lead to. */
  #addAll(queue: WorkQueue, watches: Registration['watches'], namespace?: string): void {
    for (const { type, keysOf } of watches) {
      for (const object of this.#options.cluster.cached(type).list()) {
        if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
        guard(
          () => {
            for (const key of keysOf(object)) queue.add(key);
          },
          (error) => this.logger.error(`no keys for ${type.plural} ${keyOf(object)}: ${String(error)}`),
        );
      }
    }
  }

  /**
   * Ends everything: no new turn begins, those under way get `graceMs`, then watches end. Resolves with the number of
   * turns that did not end in time.
   */
  async shutDown(graceMs: number): Promise<number> {
    this.#isStopping = true;
    const unfinished = await Promise.all(this.#registrations.map(({ queue }) => queue.stop(graceMs)));
    await this.#options.cluster.stop();
    return unfinished.reduce((sum, count) => sum + count, 0);
  }

  /** `shutDown` without waiting for turns under way. */
  override stop(): void {
    void this.shutDown(0);
  }

  /** Called by the library's `start`. */
  protected override async init(): Promise<void> {
    for (const { queue, watches, needs = [] } of this.#registrations) {
      for (const type of needs) this.#options.cluster.cached(type);
      for (const { type, keysOf } of watches) {
        await this.watchResource(type.group, type.version, type.plural, (event) => {
          for (const key of keysOf(event.object as unknown as KubeObject)) queue.add(key);
          return Promise.resolve();
        });
      }
    }
    this.#options.cluster.start();
  }

  /** Events of a cached resource, in the namespaces that are cached; a failing `onEvent` is reported and stops nothing. */
  protected override watchResource(group: string, version: string, plural: string, onEvent: OnEvent): Promise<void> {
    const cache = this.#options.cluster.cached({ group, version, plural, kind: '', namespaced: true });
    cache.subscribe((event): unknown => onEvent(toLibraryEvent(plural, event)));
    this.logger.info(`watching ${group === '' ? plural : `${plural}.${group}`}`);
    return Promise.resolve();
  }

  #cacheOnce<T extends KubeObject>(type: ResourceType<T>, settings?: CacheSettings<T>): StoreReader<T> {
    const { cluster } = this.#options;
    return cluster.isCached(type) ? cluster.cached(type) : cluster.cache(type, settings);
  }
}

const libraryTypes = {
  added: ResourceEventType.Added,
  updated: ResourceEventType.Modified,
  deleted: ResourceEventType.Deleted,
};

/** The library types objects with client-node's models but hands out raw JSON, as we do. */
function toLibraryEvent(plural: string, { type, object }: StoreEvent<KubeObject>): ResourceEvent {
  const raw = object as unknown as LibraryObject;
  return { type: libraryTypes[type], object: raw, meta: ResourceMetaImpl.createWithPlural(plural, raw) };
}
