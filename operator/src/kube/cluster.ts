import type { Forbidden } from './api-error.ts';
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
  /** Told once when a namespace comes to be refused, and once, with undefined, when all of it may be read again. */
  readonly refusalChanged?: (namespace: string, refusal: Forbidden | undefined) => void;
}

/** How one resource is cached. */
export interface CacheSettings<T> {
  /** What is written through this cluster must match its labels and fields: the answer goes into the cache. */
  readonly selection?: Omit<Selection, 'namespace'> & { readonly namespace?: never };
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
  /** Of several namespaces: each is filled or refused, and one at least is filled. */
  readonly synced: boolean;
  /** Those of refused namespaces do not count. */
  readonly objects: number;
  /** Milliseconds since the server last sent anything; of several namespaces the longest, but for those refused. */
  readonly silentMs: number;
}

/** How a namespace stands that is watched by itself. */
export interface NamespaceState {
  readonly namespace: string;
  /** One of its resources at least may not be listed (403). */
  readonly refused: boolean;
}

/** Told that a resource of a namespace was refused and has been listed now. */
export type ReturnHandler = (namespace: string, type: ResourceType) => void;

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
  readonly #returnHandlers: ReturnHandler[] = [];
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
    const made = { listWatch, type, store, clock, random, tuning, observer };
    if (namespace === undefined)
      return { namespace, store, reflector: new Reflector<T>({ ...made, selection: which }) };
    const selection = { ...which, namespace };
    const refusalChanged = (refusal: Forbidden | undefined): void => {
      this.#noteRefusal(namespace, type, refusal);
    };
    return { namespace, store, reflector: new Reflector<T>({ ...made, selection, refusalChanged }) };
  }

  #noteRefusal(namespace: string, type: ResourceType, refusal: Forbidden | undefined): void {
    const refused = this.#parts().filter((part) => part.namespace === namespace && isRefused(part)).length;
    const isChange = refused === (refusal === undefined ? 0 : 1);
    if (isChange) this.#options.refusalChanged?.(namespace, refusal);
    if (refusal === undefined) for (const handler of this.#returnHandlers) handler(namespace, type);
  }

  /** Has `handler` told of every resource that was refused in a namespace and may be read again. */
  onReturn(handler: ReturnHandler): void {
    this.#returnHandlers.push(handler);
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
    return Array.from(this.#caches.values(), ({ resource, parts }) => {
      const read = parts.filter((part) => !isRefused(part));
      return {
        resource,
        synced:
          read.every(({ reflector }) => reflector.hasSynced()) && parts.some(({ reflector }) => reflector.hasSynced()),
        objects: read.reduce((sum, { store }) => sum + store.size, 0),
        silentMs: Math.max(0, ...read.map(({ reflector }) => reflector.silentMs())),
      };
    });
  }

  /** The namespaces that are watched each by itself; none when all are watched as one. */
  namespaceStates(): NamespaceState[] {
    const refusedBy = new Map<string, boolean>();
    for (const part of this.#parts()) {
      const { namespace } = part;
      if (namespace !== undefined) refusedBy.set(namespace, isRefused(part) || refusedBy.get(namespace) === true);
    }
    return Array.from(refusedBy, ([namespace, refused]) => ({ namespace, refused }));
  }

  /**
   * True when these caches, or all, hold what is in a namespace: they are filled, and the namespace is not refused. What is not
   * in them may be there otherwise. @throws Error when one is not cached
   */
  isWatched(namespace: string, types?: readonly ResourceType[]): boolean {
    return this.#chosen(types).every(({ parts }) => {
      const part = partOf(parts, namespace);
      return part !== undefined && part.reflector.hasSynced() && !isRefused(part);
    });
  }

  /**
   * Resolves when these caches, or all, have had a complete list, or when stopped. A namespace that is refused is not waited for,
   * unless no other can be read. @throws Error when one is not cached
   */
  async whenSynced(types?: readonly ResourceType[]): Promise<void> {
    await Promise.all(this.#chosen(types).map(({ parts }) => whenFilled(parts)));
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
    partOf(cache.parts, object.metadata.namespace)?.store.put(object);
    return object;
  }

  #parts(): CachePart<KubeObject>[] {
    return Array.from(this.#caches.values(), ({ parts }) => parts).flat();
  }

  #chosen(types: readonly ResourceType[] | undefined): readonly Cache<KubeObject>[] {
    return types?.map((type) => this.#cacheOrThrow(type)) ?? [...this.#caches.values()];
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

/** The part that objects of a namespace are in; undefined when it is not watched. */
function partOf<T extends KubeObject>(parts: readonly CachePart<T>[], itsOwn: string | undefined) {
  return parts.find(({ namespace }) => namespace === undefined || namespace === itsOwn);
}

/** Where all namespaces are one there is no other to work in: a refusal is waited out like any failure. */
function isRefused({ namespace, reflector }: CachePart<KubeObject>): boolean {
  return namespace !== undefined && reflector.isRefused();
}

async function whenFilled(parts: readonly CachePart<KubeObject>[]): Promise<void> {
  await Promise.all(parts.map(({ reflector }) => reflector.whenAnswered()));
  await Promise.race(parts.map(({ reflector }) => reflector.whenSynced()));
}

/** A store of all namespaces, or those of each as one. */
function join<T extends KubeObject>(parts: readonly CachePart<T>[]): StoreReader<T> {
  const everywhere = parts.find(({ namespace }) => namespace === undefined);
  return everywhere?.store ?? new JoinedStores(new Map(parts.map(({ namespace = '', store }) => [namespace, store])));
}

function idOf(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.plural}`;
}
