import { LRUCache } from 'lru-cache';
import { Refusal } from './refusal.ts';

/** How many requests each caller may send. */
export interface RateLimits {
  readonly perSecond: number;
  /** Requests at once, after a pause. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** Callers that are remembered; those not seen for the longest time begin anew. */
const rememberedCallers = 10_000;

/** Token buckets, one a caller. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: rememberedCallers });

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(limits: RateLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes one request of a caller. @throws Refusal 429 when there are too many */
  take(caller: string): void {
    const { perSecond, burst } = this.#limits;
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: burst, filledAtMs: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAtMs) / 1000) * perSecond);
    this.#buckets.set(caller, { tokens: tokens >= 1 ? tokens - 1 : tokens, filledAtMs: now });
    if (tokens >= 1) return;
    throw new Refusal({
      status: 429,
      reason: 'TooManyRequests',
      message: `more than ${perSecond} requests a second`,
      hint: 'wait as long as Retry-After says',
      retryAfterSeconds: Math.ceil((1 - tokens) / perSecond),
    });
  }
}
