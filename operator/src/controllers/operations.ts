import type { AttemptOutcome, ObservedAttempt } from '../core/work-item/observed.ts';
import type { AttemptContext } from './work-item-ports.ts';

/** Which attempt an operation is for. */
export interface OperationId {
  readonly workItemUid: string;
  readonly path: string;
  readonly number: number;
}

/** The operation of an attempt. */
export const operationOf = ({ workItem, start }: Pick<AttemptContext, 'workItem' | 'start'>): OperationId => ({
  workItemUid: workItem.metadata.uid ?? '',
  path: start.path,
  number: start.attempt,
});

/** An operation that was begun. */
interface Entry {
  readonly id: OperationId;
  readonly abort: AbortController;
  observed: ObservedAttempt;
}

/** What is done for an attempt; undefined when the attempt ends by something else, such as an event. */
export type Deed = (signal: AbortSignal) => Promise<AttemptOutcome | undefined>;

/** What operations are kept by. */
export interface OperationsOptions {
  /** Asks for a turn of a WorkItem: an operation of it has ended. */
  readonly wake: (key: string) => void;
  /** Operations that work at the same time; others wait for a place. Those that only wait for something need none. */
  readonly limit: number;
}

/** What an operation shows while it goes on. */
export type OperationWaiting = NonNullable<ObservedAttempt['waitingFor']>;

/**
 * What the operator itself does for attempts: calls, polls, applied objects. It lives in this process alone: after a
 * restart nothing is under way, and the plan starts what is recorded once more.
 */
export class Operations {
  readonly #options: OperationsOptions;
  readonly #byWorkItem = new Map<string, Map<string, Entry>>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** Begins an operation, unless there is one for the attempt. `key` is the WorkItem's. */
  begin(key: string, id: OperationId, operation: Deed): void {
    const entry = this.#add(id);
    if (entry === undefined) return;
    const run = () => {
      this.#running += 1;
      void this.#run(key, entry, operation).finally(() => {
        this.#running -= 1;
        this.#queue.shift()?.();
      });
    };
    if (this.#running < this.#options.limit) run();
    else this.#queue.push(run);
  }

  /** Begins one that looks now and then whether something has come about: however many they are, others need not wait. */
  follow(key: string, id: OperationId, operation: Deed, waitingFor?: OperationWaiting): void {
    const entry = this.#add(id, waitingFor);
    if (entry !== undefined) void this.#run(key, entry, operation);
  }

  /** Records an attempt that has ended before anything was begun, and asks for a turn. */
  settle(key: string, id: OperationId, outcome: AttemptOutcome): void {
    const entry = this.#add(id);
    if (entry === undefined) return;
    entry.observed = { ...entry.observed, outcome };
    this.#options.wake(key);
  }

  /** The attempts of a WorkItem that are operations. */
  observe(workItemUid: string): readonly ObservedAttempt[] {
    return Array.from(this.#byWorkItem.get(workItemUid)?.values() ?? [], ({ observed }) => observed);
  }

  has({ workItemUid, path, number }: OperationId): boolean {
    return this.#byWorkItem.get(workItemUid)?.has(keyOf(path, number)) ?? false;
  }

  /** Ends an operation whose outcome is of no more use, or forgets one that has ended. */
  remove({ workItemUid, path, number }: OperationId): void {
    const entries = this.#byWorkItem.get(workItemUid);
    const entry = entries?.get(keyOf(path, number));
    if (entries === undefined || entry === undefined) return;
    entry.abort.abort();
    entries.delete(keyOf(path, number));
    if (entries.size === 0) this.#byWorkItem.delete(workItemUid);
  }

  /** Ends all operations of a WorkItem: it is gone. */
  removeAll(workItemUid: string): void {
    for (const { id } of this.#byWorkItem.get(workItemUid)?.values() ?? []) this.remove(id);
  }

  /** Ends everything: this process leads no longer. */
  stop(): void {
    for (const uid of [...this.#byWorkItem.keys()]) this.removeAll(uid);
  }

  #add(id: OperationId, waitingFor?: OperationWaiting): Entry | undefined {
    const { workItemUid, path, number } = id;
    const entries = this.#byWorkItem.get(workItemUid) ?? new Map<string, Entry>();
    if (entries.has(keyOf(path, number))) return undefined;
    const observed = { path, number, ...(waitingFor === undefined ? {} : { waitingFor }) };
    const entry = { id, abort: new AbortController(), observed };
    entries.set(keyOf(path, number), entry);
    this.#byWorkItem.set(workItemUid, entries);
    return entry;
  }

  async #run(key: string, entry: Entry, operation: Deed): Promise<void> {
    try {
      const outcome = entry.abort.signal.aborted ? undefined : await operation(entry.abort.signal);
      if (outcome !== undefined) entry.observed = { ...entry.observed, outcome };
    } catch (error) {
      entry.observed = { ...entry.observed, outcome: brokenBy(error) };
    }
    if (!entry.abort.signal.aborted) this.#options.wake(key);
  }
}

const keyOf = (path: string, number: number) => `${number} ${path}`;

/** Operations do not throw: a mistake of ours fails the attempt, and is told. */
function brokenBy(error: unknown): AttemptOutcome {
  const message = `a mistake in Conclave: ${error instanceof Error ? error.message : String(error)}`;
  return { result: 'Failed', reason: 'ImpossibleState', message, retryable: false };
}
