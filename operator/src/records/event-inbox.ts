import type { DatabaseSync } from 'node:sqlite';
import { Bell } from './bell.ts';
import { inTransaction } from './database.ts';

/** An event on its way in, parsed already. */
export interface IncomingEvent {
  readonly source: string;
  readonly id: string;
  /** The CloudEvent as JSON text. */
  readonly event: string;
}

/** Where and from whom events came. */
export interface Arrival {
  readonly namespace: string;
  /** The user who sent them. */
  readonly sender: string;
}

/** An event that was taken in. */
export interface Receipt {
  readonly sequence: number;
  /** It was here before: the sender repeated itself. */
  readonly duplicate: boolean;
}

/** An event as it is read. */
export interface ReceivedEvent extends Arrival {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The CloudEvent as JSON text. */
  readonly event: string;
}

/** What an inbox is made of. */
export interface EventInboxOptions {
  readonly database: DatabaseSync;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Time that events are kept, in milliseconds. */
  readonly retentionMs: number;
}

/** Events in the order of their arrival. Each is there once for its namespace, source and id, as often as it is sent. */
export class EventInbox {
  readonly #options: EventInboxOptions;
  readonly #bell = new Bell();

  constructor(options: EventInboxOptions) {
    this.#options = options;
  }

  /** Changes when the database was lost and begun anew: sequence numbers of before mean nothing then. */
  get identity(): string {
    return this.#options.database.prepare('SELECT identity FROM inbox').get()?.['identity'] as string;
  }

  /** Takes all of them in or none, and wakes who waits. */
  append(events: readonly IncomingEvent[], arrival: Arrival): Receipt[] {
    const receipts = inTransaction(this.#options.database, () => events.map((event) => this.#insert(event, arrival)));
    if (receipts.some(({ duplicate }) => !duplicate)) this.wake();
    return receipts;
  }

  /** At most `limit` events after a sequence number. */
  after(sequence: number, limit: number): ReceivedEvent[] {
    return this.#options.database
      .prepare(
        `SELECT sequence, namespace, sender, received_at AS receivedAt, event FROM events
         WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      )
      .all(sequence, limit)
      .map((row) => ({ ...row }) as unknown as ReceivedEvent);
  }

  /** Resolves with the next arrival, a `wake`, or the end of `signal`. */
  arrival(signal: AbortSignal): Promise<void> {
    return this.#bell.next(signal);
  }

  /** Lets everyone who waits look again. */
  wake(): void {
    this.#bell.ring();
  }

  /** Removes events that are older than the retention time; how many. */
  sweep(): number {
    const { database, now, retentionMs } = this.#options;
    return Number(database.prepare('DELETE FROM events WHERE received_at < ?').run(now() - retentionMs).changes);
  }

  #insert({ source, id, event }: IncomingEvent, { namespace, sender }: Arrival): Receipt {
    const { database, now } = this.#options;
    const { changes, lastInsertRowid } = database
      .prepare(
        `INSERT INTO events (namespace, source, id, received_at, sender, event) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (namespace, source, id) DO NOTHING`,
      )
      .run(namespace, source, id, now(), sender, event);
    if (changes > 0) return { sequence: Number(lastInsertRowid), duplicate: false };
    const row = database
      .prepare('SELECT sequence FROM events WHERE namespace = ? AND source = ? AND id = ?')
      .get(namespace, source, id);
    return { sequence: row?.['sequence'] as number, duplicate: true };
  }
}
