/** Thrown by a controller when something outside has to happen first: no failure, only a wish to look again later. */
export class Waiting extends Error {
  override readonly name = 'Waiting';
  /** When to look again, in milliseconds, should no event come before. */
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Thrown by a controller when trying again cannot help until the object changes. */
export class Terminal extends Error {
  override readonly name = 'Terminal';
}
