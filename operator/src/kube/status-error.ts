import { inspect } from 'node:util';
import {
  AlreadyExists,
  ApiError,
  Conflict,
  Forbidden,
  Gone,
  Invalid,
  NotFound,
  ServerError,
  TooLarge,
  TooManyRequests,
  Unauthorized,
  type ApiErrorDetails,
  type ErrorCause,
  type RequestTarget,
} from './api-error.ts';

const longestSaid = 2_000;
/** Whoever asks for more (a maintenance page, a clock that is wrong) is asked again after this time, in milliseconds. */
const longestRetryAfterMs = 60_000;

/**
 * The error for an HTTP answer of 400 or above. `body` is normally a Status object; what a proxy on the way answers is
 * quoted as it is. `retryAfter` is that header's value: seconds, or an HTTP date.
 */
export function apiErrorFromResponse(
  target: RequestTarget,
  answer: { readonly code: number; readonly body: string; readonly retryAfter?: string | undefined },
): ApiError {
  const status = parseStatus(answer.body);
  const details = detailsFromStatus(target, status ?? { message: excerpt(answer.body) }, answer.code);
  const retryAfterMs = details.retryAfterMs ?? parseRetryAfter(answer.retryAfter);
  return classify(retryAfterMs === undefined ? details : { ...details, retryAfterMs });
}

/** The error for a Status object: an ERROR event of a watch carries one. Anything else becomes a plain `ApiError`. */
export function apiErrorFromStatus(target: RequestTarget, status: unknown): ApiError {
  if (!isRecord(status)) return new ApiError({ target, code: 0, reason: '', said: excerpt(inspect(status)) });
  const code = typeof status['code'] === 'number' ? status['code'] : 0;
  return classify(detailsFromStatus(target, status, code));
}

/** Ordered: an object too large for etcd is answered with a 500, an existing name with a 409 like any conflict. */
function classify(details: ApiErrorDetails): ApiError {
  const { code, reason, said } = details;
  if (code === 413 || said.includes('etcdserver: request is too large')) return new TooLarge(details);
  if (reason === 'AlreadyExists') return new AlreadyExists(details);
  if (reason === 'Expired' || reason === 'Gone') return new Gone(details);
  if (code >= 500) return new ServerError(details);
  const known = classesByCode.get(code);
  return known === undefined ? new ApiError(details) : new known(details);
}

const classesByCode = new Map<number, new (details: ApiErrorDetails) => ApiError>([
  [400, Invalid],
  [401, Unauthorized],
  [403, Forbidden],
  [404, NotFound],
  [409, Conflict],
  [410, Gone],
  [422, Invalid],
  [429, TooManyRequests],
]);

function detailsFromStatus(target: RequestTarget, status: Record<string, unknown>, code: number): ApiErrorDetails {
  const details = isRecord(status['details']) ? status['details'] : {};
  const seconds = details['retryAfterSeconds'];
  const said = text(status['message']).slice(0, longestSaid);
  return {
    target,
    code,
    reason: text(status['reason']),
    said: said === '' ? `HTTP ${code}` : said,
    causes: Array.isArray(details['causes']) ? details['causes'].filter(isRecord).map(toCause) : [],
    ...(typeof seconds === 'number' && seconds > 0
      ? { retryAfterMs: Math.min(longestRetryAfterMs, seconds * 1000) }
      : {}),
  };
}

function toCause(cause: Record<string, unknown>): ErrorCause {
  return { field: text(cause['field']), reason: text(cause['reason']), message: text(cause['message']) };
}

function parseStatus(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) && value['kind'] === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const delayMs = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isFinite(delayMs) ? Math.min(longestRetryAfterMs, Math.max(0, delayMs)) : undefined;
}

function excerpt(body: string): string {
  const oneLine = body.replaceAll(/\s+/g, ' ').trim();
  return oneLine.length > 200 ? `${oneLine.slice(0, 200)}…` : oneLine;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
