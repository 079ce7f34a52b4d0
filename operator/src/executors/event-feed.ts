import type { JsonValue } from '../api/json.ts';
import type { AssetFact } from '../core/work-item/observed.ts';
import { followFeed } from './follow-feed.ts';
import type { InboundEvent, ServerClient } from './server-client.ts';

/** What a feed is made of. */
export interface EventFeedOptions {
  readonly server: Pick<ServerClient, 'readEvents'>;
  /** Told of each asset that comes. */
  readonly arrived: (namespace: string, asset: AssetFact) => void;
  /** Told why events could not be read; it goes on by itself. */
  readonly failed: (error: unknown) => void;
}

const assetType = 'dev.conclave.asset.materialized';

/** Assets that events from outside announced: all that the server's inbox still holds, and each new one as it comes. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #assets = new Map<string, Map<string, AssetFact>>();

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** The last event of each asset of a namespace. */
  assets(namespace: string): readonly AssetFact[] {
    return [...(this.#assets.get(namespace)?.values() ?? [])];
  }

  /** Reads until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    const { server, failed } = this.#options;
    return followFeed(
      {
        read: async (after, waitSeconds, reading) => {
          const { inbox, events } = await server.readEvents({ after, waitSeconds, signal: reading });
          return { identity: inbox, entries: events };
        },
        take: (event) => this.#take(event),
        failed,
      },
      signal,
    );
  }

  #take({ namespace, receivedAt, event }: InboundEvent): void {
    const { type, subject, data } = event;
    if (type !== assetType || typeof subject !== 'string') return;
    const asset = { name: subject, at: receivedAt, ...(data === undefined ? {} : { value: data as JsonValue }) };
    const known = this.#assets.get(namespace) ?? new Map<string, AssetFact>();
    this.#assets.set(namespace, known);
    known.set(subject, asset);
    this.#options.arrived(namespace, asset);
  }
}
