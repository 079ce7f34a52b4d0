import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { Agent } from 'undici';

/** How the server is reached. */
export interface ServerTransportOptions {
  /** Its base URL, such as `https://conclave-server.conclave-system.svc:8443`. */
  readonly url: string;
  /** The certificate authorities that it may have its certificate from, as PEM; asked for at each request. */
  readonly ca: () => string | Promise<string>;
  /** The bearer token; asked for at each request. */
  readonly token: () => string | Promise<string>;
  /** Resolves host names; the machine's own way by default. */
  readonly lookup?: LookupFunction;
  /** A number in [0, 1); `Math.random` by default. */
  readonly random?: () => number;
  /** Attempts at a request, the first included; 5 by default. */
  readonly attempts?: number;
  /** Longest delay before the second attempt, in milliseconds; each further one is twice as long. 200 by default. */
  readonly firstDelayMs?: number;
}

/** One request. */
export interface ServerRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened anew for each attempt. */
  readonly body?: (() => AsyncIterable<Uint8Array>) | string | undefined;
  /** Time without a byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body must be read or destroyed. */
export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** The server said no, or said nothing after all attempts. */
export class ServerCallFailed extends Error {
  override readonly name = 'ServerCallFailed';
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The server's word for it, such as `InsufficientStorage`; `Unreachable` when there was no answer. */
  readonly reason: string;
  constructor(
    details: { readonly status: number; readonly reason: string; readonly message: string },
    cause?: unknown,
  ) {
    super(details.message, cause === undefined ? undefined : { cause });
    this.status = details.status;
    this.reason = details.reason;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || isPassing(this.status);
  }
}

const longestDelayMs = 5_000;
const longestErrorBytes = 16 * 1024;

/** Sends requests to the server over kept connections; what passes is tried again, with growing delays and jitter. */
export class ServerTransport {
  readonly #options: Required<Omit<ServerTransportOptions, 'lookup'>> & Pick<ServerTransportOptions, 'lookup'>;
  #agent: { readonly ca: string; readonly agent: Agent } | undefined;

  constructor(options: ServerTransportOptions) {
    this.#options = { random: Math.random, attempts: 5, firstDelayMs: 200, ...options };
  }

  /** The answer; its status is below 400. @throws ServerCallFailed, or the signal's reason */
  async send(request: ServerRequest): Promise<ServerAnswer> {
    const { attempts } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendOnce(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        const mayHelp = error instanceof ServerCallFailed && error.retryable && attempt < attempts;
        if (!mayHelp) throw error;
        await pause(this.#delayMs(attempt), request.signal);
      }
    }
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#agent?.agent.destroy();
    this.#agent = undefined;
  }

  async #sendOnce({ method, path, headers, body, timeoutMs, signal }: ServerRequest): Promise<ServerAnswer> {
    const { url, token } = this.#options;
    const target = new URL(path, url);
    const answer = await this.#dispatch(target, {
      method,
      headers: { ...headers, authorization: `Bearer ${(await token()).trim()}` },
      body: typeof body === 'function' ? Readable.from(body(), { objectMode: false }) : (body ?? null),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: signal ?? null,
    });
    if (answer.status < 400) return answer;
    throw await refusalOf(`${method} ${target.pathname}`, answer);
  }

  async #dispatch(
    target: URL,
    options: Omit<Parameters<Agent['request']>[0], 'origin' | 'path'>,
  ): Promise<ServerAnswer> {
    try {
      const agent = await this.#currentAgent();
      const path = target.pathname + target.search;
      const { statusCode, headers, body } = await agent.request({ origin: target.origin, path, ...options });
      return { status: statusCode, headers, body };
    } catch (error) {
      if (options.signal instanceof AbortSignal) options.signal.throwIfAborted();
      const message = `no answer from ${target.origin}: ${error instanceof Error ? error.message : String(error)}`;
      throw new ServerCallFailed({ status: 0, reason: 'Unreachable', message }, error);
    }
  }

  /** Certificate authorities change: connections made under others end when they have nothing left to do. */
  async #currentAgent(): Promise<Agent> {
    const ca = await this.#options.ca();
    if (this.#agent?.ca === ca) return this.#agent.agent;
    const { lookup } = this.#options;
    const agent = new Agent({ connect: { ca, ...(lookup === undefined ? {} : { lookup }) } });
    void this.#agent?.agent.close();
    this.#agent = { ca, agent };
    return agent;
  }

  /** Full jitter: many that failed together do not come back together. */
  #delayMs(attempt: number): number {
    const { firstDelayMs, random } = this.#options;
    return random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  }
}

/** Too many requests, and what a restart of the server or of a gateway looks like; 507 does not pass by itself. */
function isPassing(status: number): boolean {
  return status === 429 || (status >= 500 && status < 505);
}

async function refusalOf(what: string, { status, body }: ServerAnswer): Promise<ServerCallFailed> {
  const text = await readText(body).catch(() => '');
  const { reason, message, hint } = parseError(text) ?? { reason: 'Unknown', message: `HTTP ${status}`, hint: '' };
  const said = hint === '' ? message : `${message} — ${hint}`;
  return new ServerCallFailed({ status, reason, message: `${what}: ${said} (${status} ${reason})` });
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > longestErrorBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseError(text: string): { reason: string; message: string; hint: string } | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: Readonly<Record<string, unknown>> };
    const read = (field: string): string => (typeof error?.[field] === 'string' ? error[field] : '');
    return { reason: read('reason'), message: read('message'), hint: read('hint') };
  } catch {
    return undefined; // a gateway's page, not our server's answer
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
