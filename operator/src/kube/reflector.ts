import { Forbidden } from './api-error.ts';
import { fullJitterDelayMs, type BackOff } from './back-off.ts';
import { changedAtMs } from './changed-at.ts';
import type { Clock, Random } from './clock.ts';
import { guard } from './guard.ts';
import type { ListWatch, Selection } from './list-watch.ts';
import { listAll } from './paged-list.ts';
import type { ReflectorObserver } from './reflector-observer.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';
import type { ObjectEvent, Store } from './store.ts';
import type { WatchEvent } from './watch-event.ts';
import { endOfError, readWatch, type End, type EndReason } from './watch-stream.ts';

/** The times and sizes of a reflector, in milliseconds where a name ends in `Ms`. */
export interface ReflectorTuning {
  readonly pageSize: number;
  /** For one page of a list. */
  readonly listTimeoutMs: number;
  /** Until a watch is answered. */
  readonly connectMs: number;
  /** A watch silent for longer is replaced; bookmarks come about once a minute. */
  readonly stallMs: number;
  /** The server is asked to end a watch after this time to twice this time, so that watches do not end together. */
  readonly watchTimeoutSeconds: number;
  readonly backOff: BackOff;
  /** A watch that lived as long starts the back-off anew. */
  readonly healthyMs: number;
}

/** Right for a real cluster. */
export const defaultReflectorTuning: ReflectorTuning = {
  pageSize: 500,
  listTimeoutMs: 60_000,
  connectMs: 15_000,
  stallMs: 75_000,
  watchTimeoutSeconds: 300,
  backOff: { baseMs: 250, capMs: 15_000 },
  healthyMs: 10_000,
};

/** Everything a reflector needs. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly listWatch: ListWatch;
  readonly type: ResourceType<T>;
  readonly selection?: Selection;
  readonly store: Store<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly tuning?: Partial<ReflectorTuning>;
  readonly observer?: ReflectorObserver;
  /** Told when the server begins to refuse lists, and with undefined when it has answered one again. */
  readonly refusalChanged?: (refusal: Forbidden | undefined) => void;
}

/** Ends after which the same resourceVersion may fail for ever: after two of them without an event between, list. */
const suspicious: ReadonlySet<EndReason> = new Set(['Stalled', 'Malformed', 'ErrorEvent', 'Rejected', 'Failed']);
const suspicionsBeforeList = 2;
const staleListsBeforeBelief = 3;

/**
 * Keeps a store equal to what the API server holds: lists, watches, resumes, and lists again when it must, for as long
 * as it takes. It never gives up by itself.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #tuning: ReflectorTuning;
  readonly #controller = new AbortController();
  readonly #synced = Promise.withResolvers<undefined>();
  readonly #answered = Promise.withResolvers<undefined>();
  #running: Promise<void> | undefined;
  #isSynced = false;
  #isRefused = false;
  #mustList = true;
  #failures = 0;
  #suspicions = 0;
  #staleLists = 0;
  #heardAtMs: number;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#tuning = { ...defaultReflectorTuning, ...options.tuning };
    this.#heardAtMs = options.clock.monotonicMs();
  }

  get type(): ResourceType<T> {
    return this.#options.type;
  }

  /** Begins; once only. */
  start(): void {
    if (this.#running !== undefined) throw new Error('a reflector starts once');
    this.#running = this.#run();
  }

  /** Ends every request and timer. The store stays as it is. */
  async stop(): Promise<void> {
    this.#controller.abort();
    this.#synced.resolve(undefined);
    this.#answered.resolve(undefined);
    await this.#running;
  }

  /** True once a first complete list is in the store; it stays true when the server goes away. */
  hasSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves with the first complete list, or when stopped before. */
  async whenSynced(): Promise<void> {
    await this.#synced.promise;
  }

  /** Resolves with the first complete list, with the first refusal of one, or when stopped before. */
  async whenAnswered(): Promise<void> {
    await this.#answered.promise;
  }

  /** True while the server refuses to list these objects (403): how far behind the store is, nobody can say. */
  isRefused(): boolean {
    return this.#isRefused;
  }

  /** Milliseconds since the server last sent a list, an event or a bookmark: how far behind the store may be. */
  silentMs(): number {
    return this.#options.clock.monotonicMs() - this.#heardAtMs;
  }

  async #run(): Promise<void> {
    const { clock, observer } = this.#options;
    const { signal } = this.#controller;
    for (;;) {
      const end = await this.#listAndWatch();
      if (signal.aborted) return;
      this.#decideOnList(end);
      const delayMs = this.#delayMs(end);
      this.#observe(() => observer?.restarted?.({ ...end, relist: this.#mustList, delayMs }));
      if (delayMs > 0) await clock.sleep(delayMs, signal);
    }
  }

  async #listAndWatch(): Promise<End> {
    if (this.#mustList) {
      const failure = await this.#list();
      if (failure !== undefined) return failure;
    }
    return await this.#watch();
  }

  async #list(): Promise<End | undefined> {
    const { listWatch, type, selection = {}, store, clock, observer } = this.#options;
    const { pageSize, listTimeoutMs: timeoutMs } = this.#tuning;
    const { signal } = this.#controller;
    const startedAtMs = clock.monotonicMs();
    try {
      const keep = (item: T) => store.prepare(item);
      const list = { listWatch, type, selection, pageSize, timeoutMs, signal, keep };
      const { entries, resourceVersion, pages } = await listAll(list);
      if (store.isAheadOf(resourceVersion) && this.#staleLists < staleListsBeforeBelief) {
        this.#staleLists += 1;
        return { reason: 'StaleList' };
      }
      store.replace(entries, resourceVersion);
      this.#afterList();
      const durationMs = clock.monotonicMs() - startedAtMs;
      this.#observe(() => observer?.listed?.({ durationMs, pages, objects: entries.length }));
      return undefined;
    } catch (error) {
      if (error instanceof Forbidden) this.#noteRefusal(error);
      return endOfError(error, 'Unreachable');
    }
  }

  #noteRefusal(refusal: Forbidden | undefined): void {
    this.#answered.resolve(undefined);
    const isRefused = refusal !== undefined;
    if (isRefused === this.#isRefused) return;
    this.#isRefused = isRefused;
    this.#observe(() => this.#options.refusalChanged?.(refusal));
  }

  #afterList(): void {
    this.#mustList = false;
    this.#staleLists = 0;
    this.#suspicions = 0;
    this.#heardAtMs = this.#options.clock.monotonicMs();
    this.#isSynced = true;
    this.#synced.resolve(undefined);
    this.#noteRefusal(undefined);
  }

  async #watch(): Promise<End> {
    const { listWatch, type, selection = {}, store, clock, random } = this.#options;
    const { stallMs, connectMs, watchTimeoutSeconds } = this.#tuning;
    const { resourceVersion } = store;
    if (resourceVersion === undefined) return { reason: 'Failed', error: new Error('a watch needs a list before it') };
    const timeoutSeconds = Math.round(watchTimeoutSeconds * (1 + random()));
    const startedAtMs = clock.monotonicMs();
    const end = await readWatch<T>({
      listWatch,
      type,
      options: { ...selection, resourceVersion, timeoutSeconds, allowBookmarks: true },
      clock,
      signal: this.#controller.signal,
      stallMs,
      connectMs,
      onEvent: (event) => this.#take(event),
    });
    if (clock.monotonicMs() - startedAtMs >= this.#tuning.healthyMs) this.#failures = 0;
    return end;
  }

  #take(event: WatchEvent<T>): End | undefined {
    const { store, clock } = this.#options;
    this.#heardAtMs = clock.monotonicMs();
    if (event.type === 'ERROR' || event.type === 'OTHER') return undefined;
    this.#suspicions = 0;
    const inOrder = event.type === 'BOOKMARK' ? store.progress(event.resourceVersion) : store.apply(event);
    if (event.type !== 'BOOKMARK') this.#reportEvent(event);
    return inOrder ? undefined : { reason: 'OutOfOrder' };
  }

  #reportEvent({ type, object }: ObjectEvent<T>): void {
    const { clock, observer } = this.#options;
    if (observer?.received === undefined) return;
    const changedAt = changedAtMs(object);
    const lagMs = changedAt === undefined ? undefined : Math.max(0, clock.wallMs() - changedAt);
    this.#observe(() => observer.received?.({ type, lagMs }));
  }

  #decideOnList({ reason }: End): void {
    if (suspicious.has(reason)) this.#suspicions += 1;
    const isWorn = this.#suspicions >= suspicionsBeforeList;
    if (reason === 'Expired' || reason === 'OutOfOrder' || isWorn) this.#mustList = true;
  }

  /** A watch that ends as it should goes on at once, unless it ends again and again. */
  #delayMs({ reason, retryAfterMs = 0 }: End): number {
    const { backOff } = this.#tuning;
    const failures = this.#failures;
    this.#failures += 1;
    if (reason === 'ServerTimeout' && failures === 0) return 0;
    return Math.max(retryAfterMs, fullJitterDelayMs(backOff, failures, this.#options.random));
  }

  #observe(tell: () => void): void {
    guard(tell, () => undefined);
  }
}
