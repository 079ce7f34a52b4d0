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

/** Thrown when something outside that a turn needs cannot serve it for now; people have to hear of it. It is asked again. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  /** What it is, such as `artifact store`. */
  readonly what: string;
  constructor(what: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.what = what;
  }
}
