import TinyQueue from 'tinyqueue';

interface Happening {
  readonly atMs: number;
  /** Of those at the same time, the first that was planned comes first. */
  readonly order: number;
  readonly happen: () => void;
}

/** What is going to happen, by the virtual clock. */
export class Happenings {
  readonly #queue = new TinyQueue<Happening>([], (a, b) => a.atMs - b.atMs || a.order - b.order);
  #planned = 0;

  /** Plans something for a time, in milliseconds since 1970. */
  plan(atMs: number, happen: () => void): void {
    this.#queue.push({ atMs, order: this.#planned++, happen });
  }

  /** When the next thing happens; undefined when nothing will. */
  get nextMs(): number | undefined {
    return this.#queue.peek()?.atMs;
  }

  /** Lets everything happen that is due. */
  happenUntil(nowMs: number): void {
    for (let next = this.#queue.peek(); next !== undefined && next.atMs <= nowMs; next = this.#queue.peek()) {
      this.#queue.pop();
      next.happen();
    }
  }
}
