import { asError } from './exchange.ts';

/** How long something is waited for. */
export interface Patience {
  /** In milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** What it is rejected with when the time is over. */
  readonly late: () => Error;
}

/** What `work` comes to; rejects when the signal aborts or the time is over before. `work` itself then goes on, unheard. */
export async function inTime<T>(work: Promise<T>, { timeoutMs, signal, late }: Patience): Promise<T> {
  const { promise: ending, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(asError(signal?.reason));
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => reject(late()), Math.max(0, timeoutMs));
  try {
    return await Promise.race([work, ending]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
