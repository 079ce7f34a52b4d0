import { Forbidden, Gone, ServerError, TooManyRequests, Unreachable, type ApiError } from '../kube/api-error.ts';
import type { Clock } from '../kube/clock.ts';
import type { ListPage, ListPageOptions, ListWatch, WatchOptions, WatchStream } from '../kube/list-watch.ts';
import type { KubeObject, ResourceType } from '../kube/resource-type.ts';
import { keyOf } from '../kube/store.ts';
import { SimulatedWatch, type WatchFault } from './simulated-watch.ts';

/** What a request is answered with instead of what was asked for. */
export type RequestFault = 'gone' | 'tooManyRequests' | 'serverError' | 'unreachable' | 'delay';

interface RecordedEvent {
  readonly revision: number;
  readonly line: string;
}

interface OpenWatch {
  readonly watch: SimulatedWatch;
  readonly from: number;
}

const target = { verb: 'watch', resource: 'things' };
const bookmarkEveryMs = 60_000;

/**
 * One resource of an API server, in memory and on a clock of the test: revisions, pages that show one moment, watches
 * with bookmarks and a server timeout, compaction. Faults are taken one by one by the requests that come.
 */
export class SimulatedApiServer implements ListWatch {
  readonly listFaults: RequestFault[] = [];
  readonly watchFaults: (RequestFault | WatchFault)[] = [];
  /** Whether an expired watch is answered 410 or with an ERROR event. */
  expiredInStream = false;
  /** Whether every request is answered 403; watches that are open go on, as those of a real server do. */
  refuses = false;
  /** What was asked, in order: `list` with its limit, `watch` with its version. */
  readonly requests: string[] = [];
  readonly #clock: Clock;
  readonly #objects = new Map<string, KubeObject>();
  readonly #snapshots = new Map<string, readonly KubeObject[]>();
  readonly #watches = new Set<OpenWatch>();
  #history: RecordedEvent[] = [];
  #revision = 100;
  #compacted = 0;
  #isAway = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  get resourceVersion(): string {
    return String(this.#revision);
  }

  objects(): KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Creates or changes an object, as the answer to a POST or PUT shows it. */
  write(name: string): KubeObject {
    const held = this.#objects.get(`ns/${name}`);
    this.#revision += 1;
    const uid = held?.metadata.uid ?? `uid-${this.#revision}`;
    const metadata = { namespace: 'ns', name, uid, resourceVersion: this.resourceVersion };
    const object = { apiVersion: 'v1', kind: 'Thing', metadata };
    this.#objects.set(keyOf(object), object);
    this.#record(held === undefined ? 'ADDED' : 'MODIFIED', object);
    return object;
  }

  delete(name: string): void {
    const held = this.#objects.get(`ns/${name}`);
    if (held === undefined) return;
    this.#revision += 1;
    this.#objects.delete(`ns/${name}`);
    this.#record('DELETED', { ...held, metadata: { ...held.metadata, resourceVersion: this.resourceVersion } });
  }

  /** Forgets the history so far: older versions and continue tokens are gone. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** Goes back to an empty state at an earlier revision, as when etcd is restored from a backup. */
  restore(revision: number): void {
    this.#objects.clear();
    this.#history = [];
    this.#revision = revision;
    for (const { watch } of this.#watches) watch.break();
  }

  leave(): void {
    this.#isAway = true;
    for (const { watch } of this.#watches) watch.break();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  /** Nothing goes wrong any more, but what is half open stays so. */
  heal(): void {
    this.comeBack();
    this.listFaults.length = 0;
    this.watchFaults.length = 0;
    for (const { watch } of this.#watches) watch.heal();
  }

  async listPage<T extends KubeObject>(_type: ResourceType<T>, options: ListPageOptions): Promise<ListPage<T>> {
    this.requests.push(`list ${options.limit ?? 'all'}${options.continue === undefined ? '' : ' continued'}`);
    await this.#answer(this.listFaults, options.signal);
    const { revision, items, offset } = this.#page(options.continue);
    if (revision < this.#compacted) throw expired();
    const end = offset + (options.limit ?? Infinity);
    const page = { items: items.slice(offset, end) as T[], resourceVersion: String(revision) };
    return end < items.length ? { ...page, continue: `${revision}@${end}` } : page;
  }

  async watch(_type: ResourceType, options: WatchOptions): Promise<WatchStream> {
    this.requests.push(`watch ${options.resourceVersion}`);
    const fault = await this.#answer(this.watchFaults, options.signal);
    const from = Number(options.resourceVersion);
    const watch = new SimulatedWatch(fault, unreachable);
    if (from < this.#compacted) return this.#expiredWatch(watch);
    const open = { watch, from };
    for (const event of this.#history) send(open, event);
    this.#watches.add(open);
    void this.#serve(open, options);
    return watch;
  }

  async #serve(open: OpenWatch, { timeoutSeconds = 300, signal }: WatchOptions): Promise<void> {
    const endMs = this.#clock.monotonicMs() + timeoutSeconds * 1000;
    while (signal?.aborted !== true && this.#clock.monotonicMs() < endMs) {
      await this.#clock.sleep(Math.min(bookmarkEveryMs, endMs - this.#clock.monotonicMs()), signal);
      const line = eventLine('BOOKMARK', { metadata: { resourceVersion: this.resourceVersion } });
      send(open, { revision: this.#revision + 1, line });
    }
    open.watch.end();
    this.#watches.delete(open);
  }

  /** Where a continue token points: into the moment of its first page. */
  #page(token: string | undefined): { revision: number; items: readonly KubeObject[]; offset: number } {
    const [revision = this.resourceVersion, offset = '0'] = token?.split('@') ?? [];
    const items = (token === undefined ? undefined : this.#snapshots.get(revision)) ?? this.objects();
    this.#snapshots.set(revision, items);
    return { revision: Number(revision), items, offset: Number(offset) };
  }

  #record(type: string, object: KubeObject): void {
    const event = { revision: this.#revision, line: eventLine(type, object) };
    this.#history.push(event);
    for (const open of this.#watches) send(open, event);
  }

  #expiredWatch(watch: SimulatedWatch): WatchStream {
    if (!this.expiredInStream) throw expired();
    watch.lines.push(eventLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }));
    watch.lines.end();
    return watch;
  }

  /** Lets time pass, then answers with the next fault; what goes wrong later, with a watch, is returned. */
  async #answer<F>(faults: (RequestFault | F)[], signal: AbortSignal | undefined): Promise<F | undefined> {
    await this.#clock.sleep(1, signal);
    signal?.throwIfAborted();
    if (this.#isAway) throw unreachable();
    if (this.refuses) throw new Forbidden({ target, code: 403, reason: 'Forbidden', said: 'no right to do that' });
    const fault = faults.shift();
    if (!isRequestFault(fault)) return fault;
    if (fault !== 'delay') throw errors[fault]();
    await this.#clock.sleep(5_000, signal);
    return this.#answer([], signal);
  }
}

function isRequestFault(fault: unknown): fault is RequestFault {
  return typeof fault === 'string';
}

const errors: Readonly<Record<Exclude<RequestFault, 'delay'>, () => ApiError>> = {
  gone: expired,
  tooManyRequests: () =>
    new TooManyRequests({ target, code: 429, reason: 'TooManyRequests', said: 'slow down', retryAfterMs: 3000 }),
  serverError: () => new ServerError({ target, code: 500, reason: 'InternalError', said: 'etcd has no leader' }),
  unreachable,
};

/** A watch from a version the server has not reached stays silent. */
function send({ watch, from }: OpenWatch, { revision, line }: RecordedEvent): void {
  if (revision > from) watch.send(line);
}

function eventLine(type: string, object: unknown): string {
  return JSON.stringify({ type, object });
}

function expired(): Gone {
  return new Gone({ target, code: 410, reason: 'Expired', said: 'too old resource version' });
}

function unreachable(): Unreachable {
  return new Unreachable({ target, code: 0, reason: '', said: 'connection lost', mayHaveTakenEffect: false });
}
