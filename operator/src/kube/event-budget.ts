/** How many different Events one object may cause: `burst` at once, then one each `refillMs`. */
export interface EventBudgetLimits {
  readonly burst: number;
  readonly refillMs: number;
  /** Objects remembered; the one seen longest ago is forgotten, and starts afresh. */
  readonly objects: number;
}

/** A token bucket for each object, so that one that goes wrong does not flood the cluster with Events. */
export class EventBudget {
  readonly #limits: EventBudgetLimits;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limits: EventBudgetLimits) {
    this.#limits = limits;
  }

  /** Takes one token of an object; false when it has none left. */
  take(object: string, nowMs: number): boolean {
    const { burst, refillMs, objects } = this.#limits;
    const bucket = this.#buckets.get(object) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) / refillMs);
    const isAllowed = tokens >= 1;
    this.#buckets.delete(object);
    this.#buckets.set(object, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > objects && oldest !== undefined) this.#buckets.delete(oldest);
    return isAllowed;
  }
}
