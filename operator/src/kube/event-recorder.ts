import { AlreadyExists, NotFound, ServerError, TooManyRequests, Unreachable } from './api-error.ts';
import { exponentialDelayMs } from './back-off.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import { EventBudget } from './event-budget.ts';
import {
  eventObject,
  eventRef,
  events,
  eventSeries,
  happeningKey,
  withoutContents,
  type EventReporter,
  type Happening,
} from './event-object.ts';
import { asError } from './exchange.ts';

/** Why an Event was not written. */
export type EventDrop = 'queueFull' | 'rateLimited' | 'failed' | 'stopped' | 'invalid';

/** What an `EventRecorder` needs. */
export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'get' | 'patch'>;
  readonly reporter: EventReporter;
  readonly clock: Clock;
  readonly observer?: EventRecorderObserver;
  /** Events waiting to be written, 1,000 by default. */
  readonly queueLimit?: number;
}

/** Where drops and failures are counted. Its methods must not throw. */
export interface EventRecorderObserver {
  eventDropped?(reason: EventDrop): void;
  eventFailed?(error: Error): void;
}

/** One happening, however often it was seen. */
interface Series {
  readonly happening: Happening;
  readonly firstMs: number;
  lastMs: number;
  /** Seen since the Event was last written. */
  unwritten: number;
  /** The count that stands in the cluster; 0: no Event that we know of. */
  written: number;
  /** Writes that told of more of the same; each makes the pause to the next longer. */
  repeats: number;
  failures: number;
  /** On the monotonic clock. */
  dueAtMs: number;
}

const rememberedSeries = 4_096;
/** As client-go's spam filter. */
const budget = { burst: 25, refillMs: 300_000, objects: 4_096 };
const betweenRepeats = { baseMs: 10_000, capMs: 600_000 };
const afterFailures = { baseMs: 1_000, capMs: 30_000 };
const attempts = 4;

/**
 * Writes Events in the background, one after another. The same happening seen again becomes a series on one Event whose
 * name follows from its content, so that another process, or this one after a restart, goes on with it. Recording never
 * throws and never waits; what is too much is dropped and counted.
 */
export class EventRecorder {
  readonly #options: Required<EventRecorderOptions>;
  readonly #budget = new EventBudget(budget);
  readonly #known = new Map<string, Series>();
  readonly #waiting = new Map<string, Series>();
  #wake = new AbortController();
  #worker: Promise<void> | undefined;
  #isStopping = false;

  constructor(options: EventRecorderOptions) {
    this.#options = { queueLimit: 1_000, observer: {}, ...options };
  }

  record(happening: Happening): void {
    try {
      this.#enqueue(happening);
    } catch (error) {
      this.#options.observer.eventFailed?.(asError(error));
      this.#drop('invalid');
    }
  }

  /** Writes what waits, for `patienceMs` at most; the rest is dropped, as is all that is recorded afterwards. */
  async stop(patienceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#wake.abort();
    const flushed = new AbortController();
    void this.#worker?.then(() => {
      flushed.abort();
    });
    if (this.#worker !== undefined) await this.#options.clock.sleep(patienceMs, flushed.signal);
    for (const key of [...this.#waiting.keys()]) {
      this.#waiting.delete(key);
      this.#drop('stopped');
    }
  }

  #enqueue(happening: Happening): void {
    const { clock, queueLimit } = this.#options;
    if (this.#isStopping) {
      this.#drop('stopped');
      return;
    }
    const key = happeningKey(happening);
    const series = this.#known.get(key) ?? this.#begin(happening);
    if (series === undefined) return;
    this.#remember(key, series);
    if (!this.#waiting.has(key) && this.#waiting.size >= queueLimit) {
      this.#drop('queueFull');
      return;
    }
    series.unwritten += 1;
    series.lastMs = clock.wallMs();
    this.#waiting.set(key, series);
    this.#wake.abort();
    this.#worker ??= this.#work();
  }

  #begin(happening: Happening): Series | undefined {
    const { clock } = this.#options;
    const { uid, namespace, name } = happening.regarding.metadata;
    if (!this.#budget.take(uid ?? `${namespace ?? ''}/${name}`, clock.monotonicMs())) {
      this.#drop('rateLimited');
      return undefined;
    }
    const nowMs = clock.wallMs();
    const counts = { unwritten: 0, written: 0, repeats: 0, failures: 0, dueAtMs: clock.monotonicMs() };
    return { happening: withoutContents(happening), firstMs: nowMs, lastMs: nowMs, ...counts };
  }

  /** As the latest; the one not seen for longest is forgotten. */
  #remember(key: string, series: Series): void {
    this.#known.delete(key);
    this.#known.set(key, series);
    const [oldest] = this.#known.keys();
    if (this.#known.size > rememberedSeries && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Runs while anything waits. */
  async #work(): Promise<void> {
    while (this.#waiting.size > 0) {
      const [key, series] = this.#next();
      const pauseMs = this.#isStopping ? 0 : series.dueAtMs - this.#options.clock.monotonicMs();
      if (pauseMs > 0) {
        this.#wake = new AbortController();
        await this.#options.clock.sleep(pauseMs, this.#wake.signal);
      } else {
        this.#waiting.delete(key);
        await this.#deliver(key, series);
      }
    }
    this.#worker = undefined;
  }

  /** What is due first; of those due together, what waits longest. */
  #next(): [string, Series] {
    return [...this.#waiting].reduce((first, other) => (other[1].dueAtMs < first[1].dueAtMs ? other : first));
  }

  async #deliver(key: string, series: Series): Promise<void> {
    const { clock } = this.#options;
    const { unwritten } = series;
    try {
      series.written = await this.#write(series, unwritten);
      series.unwritten -= unwritten;
      series.failures = 0;
      series.dueAtMs = clock.monotonicMs() + exponentialDelayMs(betweenRepeats, series.repeats);
      series.repeats += 1;
    } catch (error) {
      this.#postpone(key, series, asError(error));
    }
  }

  /** Tries again later what may pass; the rest is dropped. */
  #postpone(key: string, series: Series, error: Error): void {
    this.#options.observer.eventFailed?.(error);
    series.failures += 1;
    if (isPassing(error) && series.failures < attempts && !this.#isStopping) {
      const delayMs = exponentialDelayMs(afterFailures, series.failures - 1);
      series.dueAtMs = this.#options.clock.monotonicMs() + Math.max(delayMs, error.retryAfterMs ?? 0);
      this.#waiting.set(key, series);
    } else {
      this.#known.delete(key);
      this.#waiting.delete(key);
      this.#drop('failed');
    }
  }

  /** Creates the Event or raises its count; the count that stands in the cluster then. */
  async #write(series: Series, unwritten: number): Promise<number> {
    const { client, reporter } = this.#options;
    const { happening, firstMs, lastMs } = series;
    if (series.written > 0) {
      const count = await this.#raise(series, series.written + unwritten);
      if (count !== undefined) return count;
    }
    try {
      await client.create(events, eventObject(happening, reporter, { count: unwritten, firstMs, lastMs }));
      return unwritten;
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
      const { series: there } = await client.get(events, eventRef(happening));
      return (await this.#raise(series, (there?.count ?? 1) + unwritten)) ?? 0;
    }
  }

  /** Undefined when the Event has expired meanwhile. */
  async #raise({ happening, lastMs }: Series, count: number): Promise<number | undefined> {
    try {
      await this.#options.client.patch(events, eventRef(happening), { merge: { series: eventSeries(count, lastMs) } });
      return count;
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  #drop(reason: EventDrop): void {
    this.#options.observer.eventDropped?.(reason);
  }
}

function isPassing(error: Error): error is TooManyRequests | ServerError | Unreachable {
  return error instanceof TooManyRequests || error instanceof ServerError || error instanceof Unreachable;
}
