import { judgeHttpStatus } from '../../core/method/judge-http-status.ts';
import { parseRetryAfterMs } from '../../core/method/parse-retry-after.ts';
import { clip } from '../../core/quote.ts';
import type { ResolutionProblem } from '../../core/template/scope.ts';
import type { AttemptOutcome } from '../../core/work-item/observed.ts';
import type { HttpAnswer, HttpFailure } from './http-request.ts';

/** A failure that trying again cannot mend: of templates, expressions, schemas. */
export function outcomeOfProblem({ code, message, hint }: ResolutionProblem): AttemptOutcome {
  const text = hint === undefined ? message : `${message} (${hint})`;
  return { result: 'Failed', reason: code, message: text, retryable: false };
}

/**
 * The outcome of a call without an answer. Where the call may have had its effect, and trying again could mend the failure,
 * that is for its Method to say: the outcome is `Unknown`. A call that is safe to send again (`GET`) is never that.
 */
export function outcomeOfFailure(
  { reason, message, retryable, mayHaveHappened }: HttpFailure,
  isSafe: boolean,
): AttemptOutcome {
  const isUnknown = mayHaveHappened && retryable && !isSafe;
  return { result: isUnknown ? 'Unknown' : 'Failed', reason, message, retryable };
}

/** The outcome of an answer whose status code says that the call failed; undefined for any 2xx. */
export function outcomeOfStatus({ status, headers, body, url }: HttpAnswer, now: Date): AttemptOutcome | undefined {
  const verdict = judgeHttpStatus(status);
  if (verdict.isSuccess) return undefined;
  const waitMs = verdict.retryable ? parseRetryAfterMs(headers['retry-after'], now) : undefined;
  const wait = waitMs === undefined ? '' : `; it asks to wait ${Math.ceil(waitMs / 1000)} s`;
  const said = excerpt(body);
  const message = `${new URL(url).host} answered ${status}${wait}${said === '' ? '' : `: ${said}`}`;
  return { result: 'Failed', reason: verdict.reason, message, retryable: verdict.retryable };
}

/** The beginning of a body on one line, for messages. */
function excerpt(body: Buffer): string {
  const beginning = body
    .subarray(0, 400)
    .toString('utf8')
    .replace(/[\s\p{C}\uFFFD]+/gu, ' ')
    .trim();
  return beginning === '' ? '' : clip(beginning);
}
