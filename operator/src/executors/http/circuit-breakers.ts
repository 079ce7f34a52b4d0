import { circuitBreaker, type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { HttpCallFailed } from './http-call-failed.ts';
import type { HttpAnswer } from './http-request.ts';

/** When a host is left alone. */
export interface BreakerOptions {
  /** Failures in a row that open a breaker; 5 by default. */
  readonly failures?: number;
  /** How long it stays open before one call may try, in milliseconds; 30 s by default. */
  readonly openMs?: number;
  /** Hosts that are remembered; 1000 by default. */
  readonly most?: number;
}

interface Breaker {
  readonly policy: CircuitBreakerPolicy;
  openUntilMs: number;
  lastFailure: string;
}

/** Keeps calls from hosts that fail again and again: one for each scope and host. */
export class CircuitBreakers {
  readonly #failures: number;
  readonly #openMs: number;
  readonly #breakers: LRUCache<string, Breaker>;

  constructor({ failures = 5, openMs = 30_000, most = 1000 }: BreakerOptions = {}) {
    this.#failures = failures;
    this.#openMs = openMs;
    this.#breakers = new LRUCache({ max: most });
  }

  /** What the call comes to. Throws `CircuitOpen` instead of calling while the host is left alone. */
  async run(scope: string, host: string, call: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const breaker = this.#breakerOf(`${scope} ${host}`);
    const { policy } = breaker;
    // While one call tries whether the host is back, the others do not wait for it.
    const isOpen = policy.state === CircuitState.Open && Date.now() < breaker.openUntilMs;
    if (isOpen || policy.state === CircuitState.HalfOpen) throw this.#open(host, breaker);
    return policy.execute(call);
  }

  #breakerOf(key: string): Breaker {
    const known = this.#breakers.get(key);
    if (known !== undefined) return known;
    const policy = circuitBreaker(
      handleWhen((error) => error instanceof HttpCallFailed && error.isFaultOfHost).orWhenResult(isFailing),
      { breaker: new ConsecutiveBreaker(this.#failures), halfOpenAfter: this.#openMs },
    );
    const breaker: Breaker = { policy, openUntilMs: 0, lastFailure: '' };
    policy.onFailure(({ reason }) => {
      breaker.lastFailure = 'error' in reason ? reason.error.message : describeAnswer(reason.value);
    });
    policy.onBreak(() => {
      breaker.openUntilMs = Date.now() + this.#openMs;
    });
    this.#breakers.set(key, breaker);
    return breaker;
  }

  #open(host: string, { openUntilMs, lastFailure }: Breaker): HttpCallFailed {
    const until = new Date(Math.max(openUntilMs, Date.now())).toISOString();
    const message = `${host} has failed ${this.#failures} times in a row and is tried again at ${until}. Last: ${lastFailure}`;
    return new HttpCallFailed('CircuitOpen', message);
  }
}

const isFailing = (result: unknown) => (result as HttpAnswer).status >= 500;

const describeAnswer = (result: unknown) => `it answered ${(result as HttpAnswer).status}`;
