import { LRUCache } from 'lru-cache';
import type { ProgressCounts, ToldProgress } from '../api/attempt-progress.ts';
import { followFeed } from './follow-feed.ts';
import type { ServerClient } from './server-client.ts';

/** What a feed is made of. */
export interface ProgressFeedOptions {
  readonly server: Pick<ServerClient, 'readProgress'>;
  /** Told which WorkItem something new is known of. */
  readonly arrived: (workItemUid: string) => void;
  /** Told why progress could not be read; it goes on by itself. */
  readonly failed: (error: unknown) => void;
}

/** Attempts that are remembered; those of which nothing was heard for the longest time go first. */
const mostAttempts = 10_000;

/** How far attempts have come, as their pods tell the server. */
export class ProgressFeed {
  readonly #options: ProgressFeedOptions;
  readonly #told = new LRUCache<string, ProgressCounts>({ max: mostAttempts });

  constructor(options: ProgressFeedOptions) {
    this.#options = options;
  }

  /** The last that an attempt has told, as far as it is known. */
  of(workItemUid: string, attempt: AttemptName): ProgressCounts | undefined {
    return this.#told.get(keyOf(workItemUid, attempt));
  }

  /** Reads until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    const { server, arrived, failed } = this.#options;
    return followFeed(
      {
        read: async (after, waitSeconds, reading) => {
          const { board, progress } = await server.readProgress({ after, waitSeconds, signal: reading });
          return { identity: board, entries: progress };
        },
        take: ({ workItem, step, attempt, turns, toolCalls, promptTokens, completionTokens }) => {
          const counts = { turns, toolCalls, promptTokens, completionTokens };
          this.#told.set(keyOf(workItem, { step, attempt }), counts);
          arrived(workItem);
        },
        failed,
      },
      signal,
    );
  }
}

type AttemptName = Pick<ToldProgress, 'step' | 'attempt'>;

const keyOf = (workItemUid: string, { step, attempt }: AttemptName) => `${workItemUid} ${attempt} ${step}`;
