import { setTimeout as sleep } from 'node:timers/promises';
import { judgeHttpStatus } from '../../core/method/judge-http-status.ts';
import { parseRetryAfterMs } from '../../core/method/parse-retry-after.ts';
import { Redaction } from '../../core/method/redact.ts';
import type { HttpCaller } from './http-caller.ts';
import { outcomeOfStatus } from './http-outcome.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from './http-request.ts';
import { signWebhook } from './sign-webhook.ts';

/** What is delivered, and where. */
export interface Webhook extends Pick<HttpRequest, 'scope' | 'allowedHosts' | 'allowPrivateNetworks'> {
  readonly url: string;
  /** The same for every attempt: receivers tell by it what they have already. No dots. */
  readonly id: string;
  readonly body: NonNullable<HttpRequest['body']>;
  readonly contentType: string;
  /** Further headers, such as credentials; none of them shows in messages. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What it is signed with; not at all without one. */
  readonly secret?: string | undefined;
  /** For all attempts together, in milliseconds. */
  readonly timeoutMs: number;
}

/** How often and by what clock. */
export interface DeliveryOptions {
  readonly caller: HttpCaller;
  /** Time that one attempt may take, in milliseconds; 15 s by default. */
  readonly attemptTimeoutMs?: number;
  /** First delay; it doubles, up to a minute. In milliseconds; 1 s by default. */
  readonly firstDelayMs?: number;
  readonly random?: () => number;
  readonly now?: () => Date;
}

/** How a delivery ended. */
export type WebhookDelivery =
  | { readonly accepted: true; readonly status: number; readonly attempts: number }
  | {
      readonly accepted: false;
      readonly reason: string;
      readonly message: string;
      /** Whether trying again later may help. */
      readonly retryable: boolean;
      readonly attempts: number;
    };

const LONGEST_DELAY_MS = 60_000;

/**
 * Posts a webhook until it is accepted with a 2xx, its time is over or it is refused for good. Rejects when
 * the signal aborts. Redirects are not followed: what is signed is for its receiver alone.
 */
export async function deliverWebhook(
  webhook: Webhook,
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<WebhookDelivery> {
  const endsAtMs = performance.now() + webhook.timeoutMs;
  const redaction = new Redaction([...Object.values(webhook.headers ?? {}), webhook.secret ?? '']);
  for (let attempts = 1; ; attempts += 1) {
    const leftMs = endsAtMs - performance.now();
    const answer = await attempt(webhook, options, { leftMs, signal });
    const now = options.now?.() ?? new Date();
    const failure = failureOf(answer, now);
    if (failure === undefined) return { accepted: true, status: statusOf(answer), attempts };
    const waitMs = delayMs(options, attempts, askedWaitMs(answer, now));
    if (!failure.retryable || performance.now() + waitMs >= endsAtMs) {
      return { accepted: false, ...failure, message: redaction.message(failure.message), attempts };
    }
    await sleep(waitMs, undefined, { signal });
  }
}

interface Attempt {
  readonly leftMs: number;
  readonly signal: AbortSignal;
}

/** Each attempt is signed anew: receivers refuse timestamps that are a few minutes old. */
async function attempt(
  webhook: Webhook,
  { caller, attemptTimeoutMs = 15_000, now }: DeliveryOptions,
  { leftMs, signal }: Attempt,
): Promise<HttpAnswer | HttpFailure> {
  const { url, id, body, contentType, headers, secret, scope, allowedHosts, allowPrivateNetworks } = webhook;
  const signature = await signWebhook({ id, at: now?.() ?? new Date(), body }, secret);
  return caller.call(
    {
      ...{ method: 'POST', url, body, scope, allowedHosts, allowPrivateNetworks, followRedirects: false },
      headers: { ...headers, 'content-type': contentType, ...signature },
      timeoutMs: Math.min(leftMs, attemptTimeoutMs),
      maxResponseBytes: 1024 * 1024,
    },
    signal,
  );
}

interface DeliveryFailure {
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
}

function failureOf(answer: HttpAnswer | HttpFailure, now: Date): DeliveryFailure | undefined {
  if (answer.kind === 'failure') {
    const { reason, message, retryable } = answer;
    return { reason, message, retryable };
  }
  const outcome = outcomeOfStatus(answer, now);
  if (outcome === undefined) return undefined;
  const { reason = '', message = '', retryable = false } = outcome;
  return { reason, message, retryable };
}

function askedWaitMs(answer: HttpAnswer | HttpFailure, now: Date): number {
  if (answer.kind === 'failure' || judgeHttpStatus(answer.status).isSuccess) return 0;
  return parseRetryAfterMs(answer.headers['retry-after'], now) ?? 0;
}

const statusOf = (answer: HttpAnswer | HttpFailure) => (answer.kind === 'answer' ? answer.status : 0);

/** Half of it is chance, so that those who failed together do not come back together; what the receiver asks is kept. */
function delayMs(
  { firstDelayMs = 1000, random = Math.random }: DeliveryOptions,
  attempts: number,
  askedMs: number,
): number {
  const fullMs = Math.min(LONGEST_DELAY_MS, firstDelayMs * 2 ** Math.min(attempts - 1, 30));
  return Math.max(askedMs, fullMs * (0.5 + random() / 2));
}
