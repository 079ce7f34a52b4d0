import { parseRetryAfterMs } from '../../core/method/parse-retry-after.ts';
import type { ModelFailureReason } from './chat.ts';

/** What a failed try means. */
export interface JudgedFailure {
  readonly reason: ModelFailureReason;
  readonly message: string;
  /** Whether the same question may be answered when it is asked again. */
  readonly retryable: boolean;
  /** How long the server asks to wait. */
  readonly waitMs?: number | undefined;
}

/** As far as errors of the client, of Node and of servers have these. */
interface SeenError {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly headers?: { get?: (name: string) => string | null } | undefined;
  readonly cause?: unknown;
}

const overflow =
  /context[ _]length|maximum context|context window|max_model_len|longer than the maximum|too many tokens|prompt is too long/i;

const reasons: ReadonlyMap<number, ModelFailureReason> = new Map([
  [401, 'ModelUnauthorized'],
  [403, 'ModelUnauthorized'],
  [404, 'ModelNotFound'],
]);

/** What a failed try means: a question that the server refuses is refused again, anything else may pass. */
export function judgeModelFailure(error: unknown, now: Date): JudgedFailure {
  const { headers } = (error ?? {}) as SeenError;
  const message = describe(error);
  const status = statusOf(error as SeenError);
  if (status === undefined || passes(status)) {
    const waitMs = parseRetryAfterMs(headers?.get?.('retry-after') ?? undefined, now);
    return { reason: 'ModelUnavailable', message, retryable: true, waitMs };
  }
  if (isOverflow(error as SeenError, status, message)) return { reason: 'ContextOverflow', message, retryable: false };
  return { reason: reasons.get(status) ?? 'ModelRequestRefused', message, retryable: false };
}

const passes = (status: number) =>
  status >= 500 || status === 408 || status === 409 || status === 425 || status === 429;

const isOverflow = ({ code }: SeenError, status: number, message: string) =>
  code === 'context_length_exceeded' ||
  ((status === 400 || status === 413 || status === 422) && overflow.test(message));

/** In the midst of a stream vLLM tells a status only as the error's code. */
function statusOf({ status, code }: SeenError): number | undefined {
  if (typeof status === 'number') return status;
  const number = typeof code === 'number' ? code : Number.NaN;
  return number >= 400 && number < 600 ? number : undefined;
}

/** The client says "Connection error."; what happened stands in the causes. */
function describe(error: unknown): string {
  const messages: string[] = [];
  for (let each = error; each instanceof Error && messages.length < 4; each = each.cause) messages.push(each.message);
  return messages.length === 0 ? String(error) : messages.join(': ');
}
