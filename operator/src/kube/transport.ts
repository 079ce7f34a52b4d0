import type { Dispatcher } from 'undici';
import { inTime } from './in-time.ts';
import { ApiError, ResponseTooLarge, Unreachable, type RequestTarget } from './api-error.ts';
import { Connections } from './connections.ts';
import type { Credentials } from './credentials.ts';
import { asError, exchange, ExchangeFailed, type Answer } from './exchange.ts';
import { KubeconfigError, type Authentication } from './kubeconfig.ts';
import { openStream, type ByteStream } from './open-stream.ts';
import type { RequestObserver, RequestOutcome } from './request-observer.ts';
import { apiErrorFromResponse } from './status-error.ts';

/** A request to the API server. */
export interface Call {
  readonly target: RequestTarget;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's own URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: string;
  readonly contentType?: string;
  /** For the whole call, retries included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a `Transport` needs. */
export interface TransportOptions {
  readonly credentials: Credentials;
  readonly userAgent: string;
  readonly observer?: RequestObserver;
  /** Largest accepted answer, and largest line of a watch, in bytes. */
  readonly maxResponseBytes?: number;
}

const defaultMaxResponseBytes = 64 * 1024 * 1024;

/**
 * Sends requests with fresh credentials over kept connections. It repeats a request by itself in two cases only: once
 * with renewed credentials after a 401, and a GET once after a broken connection.
 */
export class Transport {
  readonly #credentials: Credentials;
  readonly #connections = new Connections();
  readonly #userAgent: string;
  readonly #observer: RequestObserver;
  readonly #maxResponseBytes: number;

  constructor(options: TransportOptions) {
    this.#credentials = options.credentials;
    this.#userAgent = options.userAgent;
    this.#observer = options.observer ?? {};
    this.#maxResponseBytes = options.maxResponseBytes ?? defaultMaxResponseBytes;
  }

  /**
   * The answer to a request; its status is below 400.
   * @throws ApiError (its subclasses), KubeconfigError, or the signal's reason
   */
  send(call: Call): Promise<Answer> {
    return this.#observed(call, async () => {
      const deadline = performance.now() + call.timeoutMs;
      const answer = await this.#withFreshCredentials(call, (authentication) =>
        this.#exchangeTwice(call, authentication, deadline),
      );
      if (answer.code < 400) return answer;
      throw apiErrorFromResponse(call.target, { ...answer, retryAfter: single(answer.headers['retry-after']) });
    });
  }

  /** Like `send`, but the answer is read as it comes; `timeoutMs` counts until it begins. */
  open(call: Call): Promise<ByteStream> {
    return this.#observed(call, async () => {
      const stream = await this.#withFreshCredentials(call, (authentication) =>
        openStream({ ...this.#request(call, authentication, 'watches'), timeoutMs: call.timeoutMs }),
      );
      if (stream.code < 400) return stream;
      const body = await stream.readAll(64 * 1024);
      throw apiErrorFromResponse(call.target, { ...stream, body, retryAfter: single(stream.headers['retry-after']) });
    });
  }

  get maxResponseBytes(): number {
    return this.#maxResponseBytes;
  }

  /** Ends every connection; requests under way fail. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  /** A plugin that gives credentials may hang; the call's time and signal hold for it, too. */
  async #withFreshCredentials<T extends { readonly code: number }>(
    { timeoutMs, signal }: Call,
    attempt: (authentication: Authentication) => Promise<T>,
  ): Promise<T> {
    const message = `no credentials within ${Math.round(timeoutMs)} ms; does their plugin hang?`;
    const patience = { timeoutMs, signal, late: () => new ExchangeFailed('timeout', message, { sent: false }) };
    const authentication = await inTime(Promise.resolve(this.#credentials.current()), patience);
    const answer = await attempt(authentication);
    if (answer.code !== 401) return answer;
    const renewed = await inTime(this.#credentials.renew(authentication), patience).catch((error: unknown) => {
      this.#observer.credentialsFailed?.(asError(error));
      return undefined;
    });
    return renewed === undefined ? answer : attempt(renewed);
  }

  async #exchangeTwice(call: Call, authentication: Authentication, deadline: number): Promise<Answer> {
    const once = () =>
      exchange({ ...this.#request(call, authentication, 'requests'), timeoutMs: deadline - performance.now() });
    try {
      return await once();
    } catch (error) {
      if (call.method !== 'GET' || !isBrokenConnection(error)) throw error;
      return once();
    }
  }

  #request(call: Call, authentication: Authentication, pool: 'requests' | 'watches') {
    const { server, headers } = authentication;
    const body = call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' };
    const dispatcher: Dispatcher = this.#connections.for(authentication)[pool];
    return {
      dispatcher,
      origin: server.origin,
      path: server.pathname.replace(/\/$/, '') + call.path + queryString(call.query),
      method: call.method,
      headers: { ...headers, accept: 'application/json', 'user-agent': this.#userAgent, ...body },
      body: call.body,
      signal: call.signal,
      maxResponseBytes: this.#maxResponseBytes,
    };
  }

  async #observed<T extends { readonly code: number; readonly headers: Answer['headers'] }>(
    call: Call,
    work: () => Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    const finished = (code: RequestOutcome['code']): void => {
      this.#observer.requestFinished?.({ target: call.target, code, durationMs: performance.now() - start });
    };
    try {
      const answer = await work();
      finished(answer.code);
      for (const warning of warnings(answer.headers)) this.#observer.serverWarned?.(call.target, warning);
      return answer;
    } catch (thrown) {
      const error = asError(thrown);
      finished(outcomeOf(error));
      if (!(error instanceof ExchangeFailed)) throw error;
      if (!error.sent) this.#credentials.suspect();
      throw toApiError(call, error);
    }
  }
}

/** What a failed exchange means to the caller. */
export function toApiError(call: Pick<Call, 'target' | 'method'>, error: ExchangeFailed): ApiError {
  const details = { target: call.target, code: 0, reason: '', said: error.message, cause: error };
  if (error.kind === 'tooLarge' && call.method === 'GET') return new ResponseTooLarge(details);
  return new Unreachable({ ...details, mayHaveTakenEffect: error.sent && call.method !== 'GET' });
}

function outcomeOf(error: Error): RequestOutcome['code'] {
  if (error instanceof ApiError) return error.code;
  if (error instanceof ExchangeFailed) return error.kind;
  return error instanceof KubeconfigError ? 'refused' : 'aborted';
}

const brokenConnectionCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof ExchangeFailed) || error.kind !== 'network') return false;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && brokenConnectionCodes.has(String(cause.code));
}

function queryString(query: Call['query'] = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? ''
    : `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

/** `299 - "text"`, one or more, with backslash escapes inside the quotes (RFC 7234, section 5.5). */
function warnings(headers: Answer['headers']): string[] {
  const lines = [headers['warning'] ?? []].flat();
  return lines.flatMap((line) =>
    [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1')),
  );
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
