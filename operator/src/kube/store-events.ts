import { guard } from './guard.ts';

/**
 * What happened to one object of a store. An object recreated under its name is a `deleted` and an `added`; a `deleted`
 * carries the last state known.
 */
export type StoreEvent<T> =
  | { readonly type: 'added'; readonly key: string; readonly object: T }
  | { readonly type: 'updated'; readonly key: string; readonly object: T; readonly before: T }
  | { readonly type: 'deleted'; readonly key: string; readonly object: T };

/** Called in the order of the events; what it throws or rejects with is reported and stops nothing. */
export type StoreHandler<T> = (event: StoreEvent<T>) => void;

/** Tells handlers of events, all of them in one order, even of those that a handler causes. */
export class StoreEvents<T> {
  readonly #report: (error: unknown) => void;
  readonly #handlers = new Set<StoreHandler<T>>();
  readonly #pending: { event: StoreEvent<T>; handlers: readonly StoreHandler<T>[] }[] = [];
  #dispatching = false;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Adds a handler that is first told of `initial`. Returns how to remove it. */
  subscribe(handler: StoreHandler<T>, initial: Iterable<StoreEvent<T>>): () => void {
    for (const event of initial) this.#pending.push({ event, handlers: [handler] });
    this.#handlers.add(handler);
    this.#dispatch();
    return () => {
      this.#handlers.delete(handler);
    };
  }

  emit(event: StoreEvent<T>): void {
    if (this.#handlers.size === 0) return;
    this.#pending.push({ event, handlers: [...this.#handlers] });
    this.#dispatch();
  }

  #dispatch(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    for (const { event, handlers } of this.#pending) {
      for (const handler of handlers) guard(handler.bind(undefined, event), this.#report);
    }
    this.#pending.length = 0;
    this.#dispatching = false;
  }
}
