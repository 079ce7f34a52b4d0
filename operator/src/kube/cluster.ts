import type { KubeClient } from './client.ts';
import type { ApplyOptions, DeleteOptions, Patch, SubresourceWriteOptions, WriteOptions } from './client-options.ts';
import type { Clock, Random } from './clock.ts';
import { JoinedStores } from './joined-stores.ts';
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
  /** The observer of a resource's reflector: of one namespace, or of all. `resource` is as `resourceName` writes it. */
  readonly observe?: (resource: string, namespace: string | undefined) => ReflectorObserver;
}

/** How one resource is cached. */
export interface CacheSettings<T> {
  /** What is written through this cluster must match its labels and fields: the answer goes into the cache. */
  readonly selection?: Omit<Selection, 'namespace'>;
  /** Only what is in these, each by a list and a watch of its own; all by one when absent. */
  readonly namespaces?: readonly string[] | undefined;
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
  /** Milliseconds since the server last sent anything; of several namespaces the longest. */
  readonly silentMs: number;
}

/** The objects of one namespace, or of all. */
interface CachePart<T extends KubeObject> {
  readonly namespace: string | undefined;
  readonly store: Store<T>;
  readonly reflector: Reflector<T>;
}

interface Cache<T extends KubeObject> {
  /** As `resourceName` writes it. */
  readonly resource: string;
  readonly reader: StoreReader<T>;
  readonly parts: readonly CachePart<T>[];
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
    const resource = resourceName(type);
    if (this.#caches.has(idOf(type))) throw new Error(`${resource} is cached already`);
    if (this.#isStarted) throw new Error(`${resource} must be cached before the cluster starts`);
    const namespaces = settings.namespaces === undefined ? [undefined] : [...new Set(settings.namespaces)];
    const parts = namespaces.map((namespace) => this.#part(type, settings, namespace));
    const reader = join(parts);
    this.#caches.set(idOf(type), { resource, reader, parts } as unknown as Cache<KubeObject>);
    return reader;
  }

  #part<T extends KubeObject>(
    type: ResourceType<T>,
    { selection: which = {}, transform = stripManagedFields, indexers = {} }: CacheSettings<T>,
    namespace: string | undefined,
  ): CachePart<T> {
    const { client: listWatch, clock, random, tuning = {}, observe } = this.#options;
    const observer = observe?.(resourceName(type), namespace) ?? {};
    const report = (error: unknown): void => {
      observer.handlerFailed?.(error);
    };
    const store = new Store<T>({ transform, indexers, report });
    const selection = namespace === undefined ? which : { ...which, namespace };
    const reflector = new Reflector<T>({ listWatch, type, selection, store, clock, random, tuning, observer });
    return { namespace, store, reflector };
  }

  /** The cache of a resource. @throws Error when it is not cached, which is a bug */
  cached<T extends KubeObject>(type: ResourceType<T>): StoreReader<T> {
    return this.#cacheOrThrow(type).reader;
  }

  isCached(type: ResourceType): boolean {
    return this.#cacheOf(type) !== undefined;
  }

  /** Fills the caches from now on. */
  start(): void {
    this.#isStarted = true;
    for (const { reflector } of this.#parts()) reflector.start();
  }

  /** Ends every list, watch and timer. The client stays open. */
  async stop(): Promise<void> {
    await Promise.all(this.#parts().map(({ reflector }) => reflector.stop()));
  }

  states(): CacheState[] {
    return Array.from(this.#caches.values(), ({ resource, reader, parts }) => ({
      resource,
      synced: parts.every(({ reflector }) => reflector.hasSynced()),
      objects: reader.size,
      silentMs: Math.max(...parts.map(({ reflector }) => reflector.silentMs())),
    }));
  }

  /** Resolves when these caches, or all, have had a complete list, or when stopped. @throws Error when one is not cached */
  async whenSynced(types?: readonly ResourceType[]): Promise<void> {
    const caches = types?.map((type) => this.#cacheOrThrow(type)) ?? [...this.#caches.values()];
    await Promise.all(caches.flatMap(({ parts }) => parts).map(({ reflector }) => reflector.whenSynced()));
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
    const { namespace: itsOwn } = object.metadata;
    cache.parts.find(({ namespace }) => namespace === undefined || namespace === itsOwn)?.store.put(object);
    return object;
  }

  #parts(): CachePart<KubeObject>[] {
    return Array.from(this.#caches.values(), ({ parts }) => parts).flat();
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

/** A store of all namespaces, or those of each as one. */
function join<T extends KubeObject>(parts: readonly CachePart<T>[]): StoreReader<T> {
  const everywhere = parts.find(({ namespace }) => namespace === undefined);
  return everywhere?.store ?? new JoinedStores(new Map(parts.map(({ namespace = '', store }) => [namespace, store])));
}

function idOf(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.plural}`;
}
