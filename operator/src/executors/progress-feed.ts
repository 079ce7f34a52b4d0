import type { ProgressCounts, ToldProgress } from '../api/attempt-progress.ts';
import { RecentByWorkItem } from '../core/records/recent-by-work-item.ts';
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

/** How far attempts have come, as their pods tell the server. */
export class ProgressFeed {
  readonly #options: ProgressFeedOptions;
  readonly #told = new RecentByWorkItem<ProgressCounts>();

  constructor(options: ProgressFeedOptions) {
    this.#options = options;
  }

  /** The last that an attempt has told, as far as it is known. */
  of(workItemUid: string, attempt: AttemptName): ProgressCounts | undefined {
    return this.#told.get(workItemUid, keyOf(attempt));
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
          this.#told.set(workItem, keyOf({ step, attempt }), counts);
          arrived(workItem);
        },
        failed,
      },
      signal,
    );
  }
}

type AttemptName = Pick<ToldProgress, 'step' | 'attempt'>;

const keyOf = ({ step, attempt }: AttemptName) => `${attempt} ${step}`;
