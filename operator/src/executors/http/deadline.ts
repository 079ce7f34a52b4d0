/** The end of a call: its time is over, or nobody wants it any more. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly #expiry = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #endsAtMs: number;

  constructor(timeoutMs: number, cancelled: AbortSignal) {
    // A longer timer would fire at once.
    this.timeoutMs = Math.min(Math.max(timeoutMs, 0), 2 ** 31 - 1);
    this.#endsAtMs = performance.now() + this.timeoutMs;
    this.#timer = setTimeout(() => this.#expiry.abort(), this.timeoutMs);
    this.signal = AbortSignal.any([cancelled, this.#expiry.signal]);
  }

  get isOver(): boolean {
    return this.#expiry.signal.aborted;
  }

  /** In milliseconds, at least one. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.#endsAtMs - performance.now()));
  }

  /** Leaves no timer behind. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
