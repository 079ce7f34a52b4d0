import type { HttpFailureReason } from './http-request.ts';

/** Failures that trying again may mend. */
const passing: ReadonlySet<HttpFailureReason> = new Set([
  'NameNotResolved',
  'ConnectionFailed',
  'TimedOut',
  'AnswerLost',
  'CircuitOpen',
]);

/** Thrown inside the caller only: `HttpCaller.call` turns it into a failure. */
export class HttpCallFailed extends Error {
  override readonly name = 'HttpCallFailed';
  readonly reason: HttpFailureReason;

  constructor(reason: HttpFailureReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }

  /** Whether trying again may help. */
  get retryable(): boolean {
    return passing.has(this.reason);
  }

  /** Whether the host has failed, and not what was asked of it. */
  get isFaultOfHost(): boolean {
    return this.retryable && this.reason !== 'CircuitOpen';
  }
}

/** A network error in words: Node hides the telling part in `cause`, `errors` or `code`. */
export function describeNetworkError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    return [...new Set(thrown.errors.map(describeNetworkError))].join('; ');
  }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const own = thrown.message === '' ? code : thrown.message;
  return thrown.cause instanceof Error ? `${own}: ${describeNetworkError(thrown.cause)}` : own;
}
