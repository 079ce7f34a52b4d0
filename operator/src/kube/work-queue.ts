import type { BackOff } from './back-off.ts';
import type { Clock, Random } from './clock.ts';
import { DelayedKeys } from './delayed-keys.ts';
import { FairQueue } from './fair-queue.ts';
import { guard } from './guard.ts';
import { RetryPolicy, type Outcome } from './retry-policy.ts';

/** What a turn may ask for. */
export interface ReconcileResult {
  /** Look again after this time, in milliseconds, should no event come before. */
  readonly requeueAfterMs?: number;
}

/** One turn of one key. Level-triggered: it looks at the world, not at what changed. `signal` aborts when time is up. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | undefined> | Promise<void>;

/** A turn that ended. */
export interface Turn {
  readonly key: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly error?: unknown;
  /** Failures in a row, this one included. */
  readonly failures: number;
  /** When the key's next turn is due, if it is. */
  readonly retryAfterMs: number | undefined;
}

/** Told of each turn, for metrics and logs. What it throws is dropped. */
export interface WorkQueueObserver {
  started?(turn: { readonly key: string; readonly waitedMs: number }): void;
  finished?(turn: Turn): void;
}

/** What a queue is made of. */
export interface WorkQueueOptions {
  readonly reconcile: Reconcile;
  /** Turns at once, at most. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly backOff?: BackOff;
  /** Who shares fairly; the key's namespace when absent. */
  readonly groupOf?: (key: string) => string;
  readonly observer?: WorkQueueObserver;
}

/** How many keys stand where. */
export interface QueueDepth {
  readonly ready: number;
  readonly running: number;
  /** Due later: retries and requests to look again. */
  readonly delayed: number;
}

interface KeyState {
  isRunning: boolean;
  /** Since when it waits for its turn; undefined while nothing asks for one. */
  readySinceMs: number | undefined;
}

const defaultBackOff: BackOff = { baseMs: 50, capMs: 30_000 };
/** Turns begun before timers and sockets get theirs. */
const turnsInARow = 100;

/**
 * Keys that wait for their turn: one turn at a time for each key, what is added meanwhile causes one more, namespaces
 * take turns, failures wait longer and longer. Only here are the errors of controllers caught.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #retries: RetryPolicy;
  readonly #ready = new FairQueue();
  readonly #delayed: DelayedKeys;
  readonly #states = new Map<string, KeyState>();
  readonly #timeIsUp = new AbortController();
  readonly #idle = Promise.withResolvers<undefined>();
  #phase: 'new' | 'started' | 'stopping' = 'new';
  #running = 0;
  #turnsInARow = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#retries = new RetryPolicy(options.backOff ?? defaultBackOff, options.random);
    this.#delayed = new DelayedKeys(options.clock, (key) => {
      this.add(key);
    });
  }

  depth(): QueueDepth {
    return { ready: this.#ready.length, running: this.#running, delayed: this.#delayed.size };
  }

  /** Asks for a turn. A key that waits already keeps its place; one that has its turn gets another afterwards. */
  add(key: string): void {
    if (this.#phase === 'stopping') return;
    const state = this.#states.get(key) ?? { isRunning: false, readySinceMs: undefined };
    if (state.readySinceMs !== undefined) return;
    state.readySinceMs = this.#options.clock.monotonicMs();
    this.#states.set(key, state);
    if (!state.isRunning) this.#enqueue(key);
  }

  /** Asks for a turn in `delayMs` milliseconds, or earlier when that was asked for before. */
  addAfter(key: string, delayMs: number): void {
    if (this.#phase !== 'stopping') this.#delayed.add(key, delayMs);
  }

  /** Turns begin; keys may have been added before. */
  start(): void {
    if (this.#phase !== 'new') throw new Error('a queue starts once');
    this.#phase = 'started';
    this.#pump();
  }

  /**
   * No new turn begins. Resolves when those under way have ended; after `graceMs` their signal aborts, and it resolves
   * with the number of those that still run.
   */
  async stop(graceMs: number): Promise<number> {
    this.#phase = 'stopping';
    this.#delayed.clear();
    if (this.#running > 0) {
      const inTime = new AbortController();
      void this.#idle.promise.then(() => {
        inTime.abort();
      });
      await this.#options.clock.sleep(graceMs, inTime.signal);
    }
    this.#timeIsUp.abort();
    return this.#running;
  }

  #enqueue(key: string): void {
    const { groupOf = namespaceOf } = this.#options;
    this.#ready.push(groupOf(key), key);
    this.#pump();
  }

  #pump(): void {
    while (this.#phase === 'started' && this.#running < this.#options.concurrency) {
      if (this.#turnsInARow >= turnsInARow) return;
      const key = this.#ready.shift();
      if (key === undefined) return;
      this.#countTurn();
      void this.#take(key);
    }
  }

  /** Turns that never wait for anything would otherwise keep timers, sockets and health checks waiting. */
  #countTurn(): void {
    this.#turnsInARow += 1;
    if (this.#turnsInARow > 1) return;
    setImmediate(() => {
      this.#turnsInARow = 0;
      this.#pump();
    });
  }

  async #take(key: string): Promise<void> {
    const state = this.#states.get(key);
    if (state === undefined) return;
    const startedAtMs = this.#options.clock.monotonicMs();
    const waitedMs = startedAtMs - (state.readySinceMs ?? startedAtMs);
    this.#observe((observer) => observer.started?.({ key, waitedMs }));
    state.isRunning = true;
    state.readySinceMs = undefined;
    this.#running += 1;
    const turn = await this.#reconcile(key);
    this.#running -= 1;
    state.isRunning = false;
    const durationMs = this.#options.clock.monotonicMs() - startedAtMs;
    this.#observe((observer) => observer.finished?.({ key, durationMs, ...turn }));
    if (turn.retryAfterMs !== undefined) this.addAfter(key, turn.retryAfterMs);
    this.#restOrRepeat(key);
    if (this.#running === 0 && this.#phase === 'stopping') this.#idle.resolve(undefined);
    this.#pump();
  }

  #restOrRepeat(key: string): void {
    if (this.#states.get(key)?.readySinceMs === undefined) this.#states.delete(key);
    else this.#enqueue(key);
  }

  async #reconcile(key: string): Promise<Omit<Turn, 'key' | 'durationMs'>> {
    try {
      const result = await this.#options.reconcile(key, this.#timeIsUp.signal);
      this.#retries.forget(key);
      return { outcome: 'done', failures: 0, retryAfterMs: result?.requeueAfterMs };
    } catch (error) {
      const verdict = this.#retries.judge(key, error);
      return { ...verdict, error, failures: this.#retries.failuresOf(key) };
    }
  }

  #observe(tell: (observer: WorkQueueObserver) => unknown): void {
    const { observer } = this.#options;
    if (observer === undefined) return;
    guard(
      () => tell(observer),
      () => undefined,
    );
  }
}

/** The namespace of a key; empty for cluster-scoped objects. */
export function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}
