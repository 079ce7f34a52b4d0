import type { KubeClient } from './client.ts';
import type { ApplyOptions, DeleteOptions, Patch, SubresourceWriteOptions, WriteOptions } from './client-options.ts';
import type { Clock, Random } from './clock.ts';
import type { ListWatch, Selection } from './list-watch.ts';
import { Reflector, type ReflectorTuning } from './reflector.ts';
import type { ReflectorObserver } from './reflector-observer.ts';
import { apiVersionOf, resourceName, type KubeObject, type ObjectRef, type ResourceType } from './resource-type.ts';
import type { Indexer } from './store-index.ts';
import { Store, type StoreReader } from './store.ts';
import { stripManagedFields } from './strip-managed-fields.ts';

/** What a `Cluster` needs of the client. */
export type ClusterClient = ListWatch &
  Pick<KubeClient, 'get' | 'create' | 'update' | 'updateStatus' | 'apply' | 'patch' | 'delete'>;

/** What a `Cluster` is made of. */
export interface ClusterOptions {
  /** Its writes go out as this client lets them (leadership is the client's gate). */
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly tuning?: Partial<ReflectorTuning>;
  /** The observer of each resource's reflector; `resource` as `resourceName` writes it. */
  readonly observe?: (resource: string) => ReflectorObserver;
}

/** How one resource is cached. */
export interface CacheSettings<T> {
  /** What is written through this cluster must match its labels and fields: the answer goes into the cache. */
  readonly selection?: Selection;
  /** What is kept of each object; everything but managedFields when absent. */
  readonly transform?: (object: T) => T;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
}

/** How one cache stands, for metrics and readiness. */
export interface CacheState {
  /** As `resourceName` writes it. */
  readonly resource: string;
  readonly synced: boolean;
  readonly objects: number;
  /** Milliseconds since the server last sent anything. */
  readonly silentMs: number;
}

interface Cache<T extends KubeObject> {
  readonly namespace: string | undefined;
  readonly store: Store<T>;
  readonly reflector: Reflector<T>;
}

/**
 * The cluster as controllers see it: reads come from caches that reflectors keep, writes go to the API server, and what
 * it answers goes into the caches at once, so that the next plan sees it.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #caches = new Map<string, Cache<KubeObject>>();
  #isStarted = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Caches a resource; once for each, and before `start`. */
  cache<T extends KubeObject>(type: ResourceType<T>, settings: CacheSettings<T> = {}): StoreReader<T> {
    const { client: listWatch, clock, random, tuning = {}, observe } = this.#options;
    const { selection = {}, transform = stripManagedFields, indexers = {} } = settings;
    const resource = resourceName(type);
    if (this.#caches.has(idOf(type))) throw new Error(`${resource} is cached already`);
    if (this.#isStarted) throw new Error(`${resource} must be cached before the cluster starts`);
    const observer = observe?.(resource) ?? {};
    const report = (error: unknown): void => {
      observer.handlerFailed?.(error);
    };
    const store = new Store<T>({ transform, indexers, report });
    const reflector = new Reflector<T>({ listWatch, type, selection, store, clock, random, tuning, observer });
    const { namespace } = selection;
    this.#caches.set(idOf(type), { namespace, store, reflector } as unknown as Cache<KubeObject>);
    return store;
  }

  /** The cache of a resource. @throws Error when it is not cached, which is a bug */
  cached<T extends KubeObject>(type: ResourceType<T>): StoreReader<T> {
    return this.#cacheOrThrow(type).store;
  }

  isCached(type: ResourceType): boolean {
    return this.#cacheOf(type) !== undefined;
  }

  /** Fills the caches from now on. */
  start(): void {
    this.#isStarted = true;
    for (const { reflector } of this.#caches.values()) reflector.start();
  }

  /** Ends every list, watch and timer. The client stays open. */
  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#caches.values(), ({ reflector }) => reflector.stop()));
  }

  states(): CacheState[] {
    return Array.from(this.#caches.values(), ({ store, reflector }) => ({
      resource: resourceName(reflector.type),
      synced: reflector.hasSynced(),
      objects: store.size,
      silentMs: reflector.silentMs(),
    }));
  }

  /** Resolves when these caches, or all, have had a complete list, or when stopped. @throws Error when one is not cached */
  async whenSynced(types?: readonly ResourceType[]): Promise<void> {
    const caches = types?.map((type) => this.#cacheOrThrow(type)) ?? [...this.#caches.values()];
    await Promise.all(caches.map(({ reflector }) => reflector.whenSynced()));
  }

  /** The object as the server has it now, past the cache. */
  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): Promise<T> {
    return this.#options.client.get(type, ref);
  }

  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#remember(type, this.#options.client.create(type, object, options), options);
  }

  /** Replaces the object as it was read: with its resourceVersion, `Conflict` when it changed since. */
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options?: SubresourceWriteOptions): Promise<T> {
    return this.#remember(type, this.#options.client.update(type, object, options), options);
  }

  /** Replaces the status of the object as it was read. */
  updateStatus<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#remember(type, this.#options.client.updateStatus(type, object, options), options);
  }

  apply<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options?: ApplyOptions): Promise<T> {
    return this.#remember(type, this.#options.client.apply(type, object, options), options);
  }

  patch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: Patch,
    options?: SubresourceWriteOptions,
  ): Promise<T> {
    return this.#remember(type, this.#options.client.patch(type, ref, patch, options), options);
  }

  /** The cache learns of it by the watch: a finalizer may keep the object. */
  delete(type: ResourceType, ref: ObjectRef, options?: DeleteOptions): Promise<void> {
    return this.#options.client.delete(type, ref, options);
  }

  async #remember<T extends KubeObject>(
    type: ResourceType<T>,
    answer: Promise<T>,
    { dryRun = false, subresource = 'status' }: SubresourceWriteOptions = {},
  ): Promise<T> {
    const object = await answer;
    const cache = this.#cacheOf(type);
    // Other subresources, such as scale, answer with an object of another kind.
    if (cache === undefined || dryRun || subresource !== 'status') return object;
    if (cache.namespace === undefined || cache.namespace === object.metadata.namespace) cache.store.put(object);
    return object;
  }

  #cacheOrThrow<T extends KubeObject>(type: ResourceType<T>): Cache<T> {
    const cache = this.#cacheOf(type);
    if (cache === undefined) throw new Error(`${resourceName(type)} is not cached`);
    return cache;
  }

  #cacheOf<T extends KubeObject>(type: ResourceType<T>): Cache<T> | undefined {
    return this.#caches.get(idOf(type)) as Cache<T> | undefined;
  }
}

function idOf(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.plural}`;
}
