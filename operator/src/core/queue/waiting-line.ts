import { compareQueued, type QueueEntry } from './queue-order.ts';

/** WorkItems that wait, in their order; each is found in logarithmic time, so that a line may be long. */
export class WaitingLine {
  readonly #entries: QueueEntry[] = [];
  readonly #byUid = new Map<string, QueueEntry>();

  get length(): number {
    return this.#entries.length;
  }

  [Symbol.iterator](): Iterator<QueueEntry> {
    return this.#entries[Symbol.iterator]();
  }

  /** Puts an entry in, or where it belongs now. */
  put(entry: QueueEntry): void {
    const known = this.#byUid.get(entry.uid);
    if (known?.priority === entry.priority && known.project === entry.project) return;
    this.delete(entry.uid);
    this.#entries.splice(this.#placeOf(entry), 0, entry);
    this.#byUid.set(entry.uid, entry);
  }

  /** Says whether it stood in the line. */
  delete(uid: string): boolean {
    const entry = this.#byUid.get(uid);
    if (entry === undefined) return false;
    this.#byUid.delete(uid);
    this.#entries.splice(this.#placeOf(entry), 1);
    return true;
  }

  /** Where an entry stands, or where it would. */
  #placeOf(entry: QueueEntry): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle];
      if (other !== undefined && compareQueued(other, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
