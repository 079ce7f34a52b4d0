import type { FastifyReply } from 'fastify';

/** What can be waited for. */
export interface Polled<T> {
  after(sequence: number, limit: number): readonly T[];
  arrival(signal: AbortSignal): Promise<void>;
}

/** What is asked for: at most `limit` entries after a sequence number, within `wait` seconds. */
export interface Poll {
  readonly after: number;
  readonly limit: number;
  readonly wait: number;
}

/** Entries as soon as there are any, or none when the time is over, the caller is gone or the server ends. */
export async function longPoll<T>(
  polled: Polled<T>,
  { after, limit, wait }: Poll,
  { reply, ending }: { readonly reply: FastifyReply; readonly ending: AbortSignal },
): Promise<readonly T[]> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const signal = AbortSignal.any([AbortSignal.timeout(wait * 1000), gone.signal, ending]);
  // NOTE: between looking and waiting nothing else runs, so that no arrival is missed.
  let entries = polled.after(after, limit);
  while (entries.length === 0 && !signal.aborted) {
    await polled.arrival(signal);
    entries = polled.after(after, limit);
  }
  return entries;
}
