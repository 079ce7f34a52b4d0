import { setTimeout as sleep } from 'node:timers/promises';

/** A page of a feed. With another identity than before, sequence numbers begin anew. */
export interface FeedPage<T extends Sequenced> {
  readonly identity: string;
  readonly entries: readonly T[];
}

/** An entry of a feed. */
export interface Sequenced {
  readonly sequence: number;
}

/** Where a feed is read from, and what becomes of it. */
export interface Feed<T extends Sequenced> {
  /** Entries after a sequence number, as soon as there are any. */
  readonly read: (after: number, waitSeconds: number, signal: AbortSignal) => Promise<FeedPage<T>>;
  readonly take: (entry: T) => void;
  /** Told why it could not be read; it goes on by itself. */
  readonly failed: (error: unknown) => void;
}

const waitSeconds = 30;
const pauseMs = 2_000;

/** Reads a feed until the signal aborts: all that it still holds, and each new entry as it comes. */
export async function followFeed<T extends Sequenced>(feed: Feed<T>, signal: AbortSignal): Promise<void> {
  const isOver = () => signal.aborted;
  let place: { readonly identity: string | undefined; readonly after: number } = { identity: undefined, after: 0 };
  while (!isOver()) {
    try {
      const { identity, entries } = await feed.read(place.after, waitSeconds, signal);
      // Another feed counts anew: its entries are read from the first.
      const isOther = place.identity !== undefined && place.identity !== identity && place.after > 0;
      if (!isOther) entries.forEach(feed.take);
      const last = entries.reduce((highest, { sequence }) => Math.max(highest, sequence), place.after);
      place = { identity, after: isOther ? 0 : last };
      // Two servers that answer in turns, while one takes the other's place, would be asked without end.
      if (isOther) await pause(signal);
    } catch (error) {
      if (isOver()) return;
      feed.failed(error);
      await pause(signal);
    }
  }
}

const pause = (signal: AbortSignal) => sleep(pauseMs, undefined, { signal }).catch(() => undefined);
