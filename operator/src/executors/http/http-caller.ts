import { rootCertificates } from 'node:tls';
import { findHeaderProblem } from '../../core/method/find-header-problem.ts';
import { type AddressRules, checkAddresses } from './check-addresses.ts';
import { checkUrl } from './check-url.ts';
import { type BreakerOptions, CircuitBreakers } from './circuit-breakers.ts';
import { Deadline } from './deadline.ts';
import { acceptedEncodings } from './decode-body.ts';
import { followRedirect } from './follow-redirect.ts';
import { HttpCallFailed } from './http-call-failed.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from './http-request.ts';
import { type NameResolution, resolveHost } from './resolve-host.ts';
import { type Hop, sendOnce } from './send-once.ts';

/** How an `HttpCaller` calls. */
export interface HttpCallerOptions extends NameResolution {
  /** Certificates that are trusted beside the usual ones, in PEM. */
  readonly ca?: readonly string[] | undefined;
  /** For our own tests: calls may go to this machine itself. */
  readonly allowLoopback?: boolean | undefined;
  readonly breakers?: BreakerOptions | undefined;
  readonly userAgent?: string | undefined;
}

const MOST_REDIRECTS = 5;
const DEFAULT_RESPONSE_BYTES = 4 * 1024 * 1024;

/** Where a call stands. */
interface Call {
  readonly request: HttpRequest;
  readonly deadline: Deadline;
  sent: boolean;
  mayHaveHappened: boolean;
}

/**
 * Calls hosts that users name, and can be led nowhere else: only by HTTP, only to hosts that are allowed, only to addresses
 * of the public Internet unless more is asked for, and never for longer or to larger answers than is said.
 */
export class HttpCaller {
  readonly #options: HttpCallerOptions;
  readonly #breakers: CircuitBreakers;
  readonly #trusted: readonly string[] | undefined;

  constructor(options: HttpCallerOptions = {}) {
    this.#options = options;
    this.#breakers = new CircuitBreakers(options.breakers);
    this.#trusted = options.ca === undefined ? undefined : [...rootCertificates, ...options.ca];
  }

  /** The answer, or why there is none. Rejects with the signal's reason when that aborts, and never else. */
  async call(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    signal.throwIfAborted();
    const call: Call = {
      ...{ request, deadline: new Deadline(request.timeoutMs, signal) },
      ...{ sent: false, mayHaveHappened: false },
    };
    try {
      return await this.#follow(call, firstHop(request, this.#options.userAgent));
    } catch (error) {
      signal.throwIfAborted();
      return describeFailure(call, error);
    } finally {
      call.deadline.stop();
    }
  }

  async #follow(call: Call, first: Hop): Promise<HttpAnswer> {
    const { followRedirects = true } = call.request;
    let hop = first;
    for (let redirects = 0; ; redirects += 1) {
      const hadHappened = call.mayHaveHappened;
      const answer = await this.#send(call, hop);
      const next = followRedirects ? followRedirect(hop, answer, call.request) : undefined;
      if (next === undefined) return answer;
      if (redirects === MOST_REDIRECTS) {
        throw new HttpCallFailed(
          'RedirectRefused',
          `more than ${MOST_REDIRECTS} redirects, the last to ${next.url.host}`,
        );
      }
      // What is to be asked again elsewhere has not been done here.
      if (next.method === hop.method) call.mayHaveHappened = hadHappened;
      hop = next;
    }
  }

  #send(call: Call, hop: Hop): Promise<HttpAnswer> {
    const { usesBreaker = true, scope = '' } = call.request;
    const send = () => this.#exchange(call, hop);
    return usesBreaker ? this.#breakers.run(scope, hop.url.host, send) : send();
  }

  async #exchange(call: Call, hop: Hop): Promise<HttpAnswer> {
    const { deadline, request } = call;
    const resolution = { ...this.#options, namespace: request.scope };
    const addresses = await resolveHost(hop.url.hostname, resolution, deadline.signal).catch((error: unknown) => {
      if (!deadline.isOver) throw error;
      const message = `the name ${hop.url.hostname} was not resolved within ${deadline.timeoutMs} ms`;
      throw new HttpCallFailed('TimedOut', message, error);
    });
    checkAddresses(hop.url.hostname, addresses, this.#rulesFor(request));
    return sendOnce(hop, {
      ...{ addresses, deadline, trusted: this.#trusted },
      maxResponseBytes: request.maxResponseBytes ?? DEFAULT_RESPONSE_BYTES,
      onSent: () => {
        call.sent = true;
        call.mayHaveHappened = true;
      },
    });
  }

  #rulesFor({ allowPrivateNetworks = false }: HttpRequest): AddressRules {
    return { allowPrivateNetworks, allowLoopback: this.#options.allowLoopback === true };
  }
}

function firstHop(request: HttpRequest, userAgent = 'conclave'): Hop {
  const { method, body, idempotencyKey, headers = {} } = request;
  const url = checkUrl(request.url, request);
  const given = Object.entries({
    ...{ 'user-agent': userAgent, 'accept-encoding': acceptedEncodings },
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  });
  for (const [name, value] of given) {
    const problem = findHeaderProblem(name, value);
    if (problem !== undefined) throw new HttpCallFailed('InvalidHeader', problem);
  }
  return { method, url, headers: Object.fromEntries(given), body };
}

function describeFailure({ sent, mayHaveHappened }: Call, error: unknown): HttpFailure {
  if (!(error instanceof HttpCallFailed)) throw error;
  const { reason, message, retryable } = error;
  return { kind: 'failure', reason, message, retryable, sent, mayHaveHappened };
}
