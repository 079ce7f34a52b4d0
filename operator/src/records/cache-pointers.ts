import type { DatabaseSync } from 'node:sqlite';

/** Where the outputs of an earlier, equal step are. */
export interface CachePointer {
  readonly outputsDigest: string;
  /** When they were made, in milliseconds since 1970. */
  readonly at: number;
  /** When they count no more, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Pointers by the key of a cache; none outlives its time. */
export class CachePointers {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  get(key: string): CachePointer | undefined {
    const row = this.#database
      .prepare(
        `SELECT outputs_digest AS outputsDigest, at, expires_at AS expiresAt FROM cache_pointers
         WHERE key = ? AND expires_at > ?`,
      )
      .get(key, this.#now());
    return row && ({ ...row } as unknown as CachePointer);
  }

  put(key: string, outputsDigest: string, ttlSeconds: number): CachePointer {
    const at = this.#now();
    const expiresAt = at + ttlSeconds * 1000;
    this.#database
      .prepare(
        `INSERT INTO cache_pointers (key, outputs_digest, at, expires_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE
         SET outputs_digest = excluded.outputs_digest, at = excluded.at, expires_at = excluded.expires_at`,
      )
      .run(key, outputsDigest, at, expiresAt);
    return { outputsDigest, at, expiresAt };
  }

  /** Removes those whose time is over; how many. */
  sweep(): number {
    return Number(this.#database.prepare('DELETE FROM cache_pointers WHERE expires_at <= ?').run(this.#now()).changes);
  }
}
