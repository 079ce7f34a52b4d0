import type { Clock } from './clock.ts';
import type { WriteGate, WritePass } from './write-gate.ts';

/** How long a renewal of the Lease counts, in milliseconds. */
export interface LeadershipDurations {
  /** Others may take the Lease this long after they saw it renewed. */
  readonly leaseDurationMs: number;
  /** The leader stops writing this long after its last renewal. */
  readonly renewDeadlineMs: number;
}

/**
 * The leader's right to write. It ends by itself `renewDeadlineMs` after the last renewal, whatever else happens in this
 * process; writes under way end, here and in the server, before anyone else can lead.
 */
export class Leadership implements WriteGate {
  readonly #clock: Clock;
  readonly #durations: LeadershipDurations;
  #lastRenewMs: number | undefined;
  #underWay = 0;
  #settledAtMs = Number.NEGATIVE_INFINITY;
  #whenIdle: (() => void) | undefined;

  constructor(clock: Clock, durations: LeadershipDurations) {
    this.#clock = clock;
    this.#durations = durations;
  }

  /** Whether a write would pass now. */
  get holds(): boolean {
    return this.#remainingMs() > 0;
  }

  /** When the right ends unless it is renewed, on the monotonic clock. */
  get endsAtMs(): number {
    return (this.#lastRenewMs ?? Number.NEGATIVE_INFINITY) + this.#durations.renewDeadlineMs;
  }

  /** The Lease was renewed by a request sent at `sentAtMs`: others count from then or later, so we count from then. */
  renewed(sentAtMs: number): void {
    this.#lastRenewMs = sentAtMs;
  }

  /** No write passes from now on. */
  end(): void {
    this.#lastRenewMs = undefined;
  }

  enter(): WritePass {
    if (this.#lastRenewMs === undefined) return { refused: 'this process does not lead; nothing was sent' };
    if (!this.holds) {
      const seconds = this.#durations.renewDeadlineMs / 1000;
      return { refused: `this process could not renew its leadership for ${seconds} s; nothing was sent` };
    }
    const expiresAtMs = this.#lastRenewMs + this.#durations.leaseDurationMs;
    this.#underWay += 1;
    return {
      timeoutMs: expiresAtMs - this.#clock.monotonicMs(),
      leave: (outcome) => {
        // The server may still be at it until the time it was given is over.
        if (outcome === 'unknown') this.#settledAtMs = Math.max(this.#settledAtMs, expiresAtMs);
        this.#underWay -= 1;
        if (this.#underWay === 0) this.#whenIdle?.();
      },
    };
  }

  /** Waits, `patienceMs` at most, for the writes under way. True when nothing of ours can take effect any more. */
  async settled(patienceMs: number): Promise<boolean> {
    if (this.#underWay > 0) {
      const idle = new AbortController();
      this.#whenIdle = () => {
        idle.abort();
      };
      await this.#clock.sleep(patienceMs, idle.signal);
    }
    return this.#underWay === 0 && this.#clock.monotonicMs() >= this.#settledAtMs;
  }

  #remainingMs(): number {
    return this.endsAtMs - this.#clock.monotonicMs();
  }
}
