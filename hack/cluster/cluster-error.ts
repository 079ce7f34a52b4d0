/** A failure that the user can mend: the message says what is wrong and where, the hint what to do. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}
