/**
 * Since when runs have ended, by the clock of this process. An operator whose clock is ahead of it may have written an end that
 * lies in the future: it counts from when it was first seen, so that what is kept for a time is not kept for hours. The record
 * itself stays as it is.
 */
export class EndedSince {
  readonly #seen = new Map<string, Seen>();

  /** Milliseconds since 1970. `finishedAt` is RFC 3339. */
  of(key: string, finishedAt: string, nowMs: number): number {
    const endedMs = Date.parse(finishedAt);
    if (!(endedMs > nowMs)) {
      this.#seen.delete(key);
      return endedMs;
    }
    const known = this.#seen.get(key);
    if (known?.finishedAt === finishedAt) return known.sinceMs;
    this.#seen.set(key, { finishedAt, sinceMs: nowMs });
    return nowMs;
  }

  /** It is gone. */
  forget(key: string): void {
    this.#seen.delete(key);
  }
}

interface Seen {
  readonly finishedAt: string;
  readonly sinceMs: number;
}
