import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../api/json.ts';
import type { AssetFact } from '../core/work-item/observed.ts';
import type { InboundEvent, ServerClient } from './server-client.ts';

/** What a feed is made of. */
export interface EventFeedOptions {
  readonly server: Pick<ServerClient, 'readEvents'>;
  /** Told of each asset that comes. */
  readonly arrived: (namespace: string, asset: AssetFact) => void;
  /** Told why events could not be read; it goes on by itself. */
  readonly failed: (error: unknown) => void;
}

const waitSeconds = 30;
const pauseMs = 2_000;
const assetType = 'dev.conclave.asset.materialized';

/** Assets that events from outside announced: all that the server's inbox still holds, and each new one as it comes. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #assets = new Map<string, Map<string, AssetFact>>();
  #inbox: string | undefined;
  #after = 0;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** The last event of each asset of a namespace. */
  assets(namespace: string): readonly AssetFact[] {
    return [...(this.#assets.get(namespace)?.values() ?? [])];
  }

  /** Reads until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted;
    while (!isOver()) {
      try {
        await this.#read(signal);
      } catch (error) {
        if (isOver()) return;
        this.#options.failed(error);
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { inbox, events } = await this.#options.server.readEvents({ after: this.#after, waitSeconds, signal });
    // Another inbox counts anew: its events are read from the first.
    const isOther = this.#inbox !== undefined && this.#inbox !== inbox;
    this.#inbox = inbox;
    if (isOther) this.#after = 0;
    else for (const event of events) this.#take(event);
  }

  #take({ sequence, namespace, receivedAt, event }: InboundEvent): void {
    this.#after = Math.max(this.#after, sequence);
    const { type, subject, data } = event;
    if (type !== assetType || typeof subject !== 'string') return;
    const asset = { name: subject, at: receivedAt, ...(data === undefined ? {} : { value: data as JsonValue }) };
    const known = this.#assets.get(namespace) ?? new Map<string, AssetFact>();
    this.#assets.set(namespace, known);
    known.set(subject, asset);
    this.#options.arrived(namespace, asset);
  }
}
