import { AlreadyExists, Conflict, NotFound, Unreachable } from '../kube/api-error.ts';
import type { Clock } from '../kube/clock.ts';
import type { Lease } from '../kube/lease.ts';

/** What becomes of a request: its way there and back in milliseconds, or where it is lost. */
export type Fate =
  | { readonly kind: 'answered'; readonly thereMs: number; readonly backMs: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'unanswered'; readonly thereMs: number };

/** One Lease on a simulated API server, with the server's rules about versions; requests fare as `fate` says. */
export class LeaseStore {
  lease: Lease | undefined;
  readonly #clock: Clock;
  #version = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The store as one process reaches it. */
  clientFor(fate: () => Fate) {
    type Options = { readonly timeoutMs?: number; readonly signal?: AbortSignal };
    const request = <T>(effect: () => unknown, { timeoutMs = 30_000, signal }: Options = {}) =>
      Promise.race([this.#request(effect, timeoutMs, fate()), abortOf(signal)]) as Promise<T>;
    return {
      get: <T>(_type: unknown, _ref: unknown, options?: Options) => request<T>(() => this.#get(), options),
      create: <T>(_type: unknown, object: T, options?: Options) =>
        request<T>(() => this.#create(object as unknown as Lease), options),
      update: <T>(_type: unknown, object: T, options?: Options) =>
        request<T>(() => this.#update(object as unknown as Lease), options),
    };
  }

  async #request(effect: () => unknown, timeoutMs: number, fate: Fate): Promise<unknown> {
    const { thereMs = Number.POSITIVE_INFINITY, backMs = Number.POSITIVE_INFINITY } = { ...fate } as Partial<
      Extract<Fate, { kind: 'answered' }>
    >;
    await this.#clock.sleep(Math.min(thereMs, timeoutMs));
    // As with the real server, which is told the time: nothing takes effect after it.
    if (thereMs >= timeoutMs) throw noAnswer(false);
    const result = settle(effect);
    await this.#clock.sleep(Math.min(backMs, timeoutMs - thereMs));
    if (thereMs + backMs >= timeoutMs) throw noAnswer(true);
    return result();
  }

  #get(): Lease {
    if (this.lease === undefined) throw new NotFound(details(404, 'NotFound'));
    return this.lease;
  }

  #create(lease: Lease): Lease {
    if (this.lease !== undefined) throw new AlreadyExists(details(409, 'AlreadyExists'));
    return this.#store(lease);
  }

  #update(lease: Lease): Lease {
    const stored = this.#get();
    if (lease.metadata.resourceVersion !== stored.metadata.resourceVersion)
      throw new Conflict(details(409, 'Conflict'));
    return this.#store(lease);
  }

  #store(lease: Lease): Lease {
    this.#version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
    return this.lease;
  }
}

/** What was sent may still arrive: only the wait for it ends. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function settle(effect: () => unknown): () => unknown {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error as Error;
    };
  }
}

function details(code: number, reason: string) {
  return { target: { verb: 'update', resource: 'leases.coordination.k8s.io' }, code, reason, said: reason };
}

function noAnswer(mayHaveTakenEffect: boolean): Unreachable {
  return new Unreachable({ ...details(0, ''), said: 'no answer', mayHaveTakenEffect });
}
