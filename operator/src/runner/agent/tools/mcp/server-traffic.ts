import { ReadableStream as WebStream } from 'node:stream/web';
import { fetchWith } from '../../model-fetch.ts';

/** What is known of a request that came to nothing. */
export type TrafficProblem =
  /** It was never sent. */
  | { readonly kind: 'unreached'; readonly message: string }
  /** The server answered with a status that is none of success. */
  | { readonly kind: 'status'; readonly status: number }
  /** The answer is larger than what is taken. */
  | { readonly kind: 'excess'; readonly message: string };

/** Bounds of what is exchanged with a server. */
export interface TrafficLimits {
  readonly mostBytes: number;
  /** Without a byte, after which an answer is given up, in milliseconds. */
  readonly silenceMs: number;
}

/** Happens before anything is sent. */
const unreachedCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_.*|ERR_TLS_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*|ERR_INVALID_.*)$/;

function unreached(error: unknown): TrafficProblem | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return unreachedCodes.test(code) ? { kind: 'unreached', message: message || code } : undefined;
}

/**
 * The HTTP traffic with one MCP server. Answers are bounded, and no stream is opened for what the server would say unasked:
 * whatever it says in the middle of the work changes nothing.
 */
export class ServerTraffic {
  readonly #limits: TrafficLimits;
  readonly #fetch: typeof fetch;
  #problem: TrafficProblem | undefined;
  #excess = new AbortController();
  #cut = new AbortController();

  constructor(limits: TrafficLimits) {
    this.#limits = limits;
    this.#fetch = fetchWith({ ca: undefined, silenceMs: limits.silenceMs });
  }

  /** What went wrong since `begin`. */
  get problem(): TrafficProblem | undefined {
    return this.#problem;
  }

  /** Forgets what was; the signals are aborted as soon as an answer is too large, and when a stream of it has ended. */
  begin(): { readonly excess: AbortSignal; readonly cut: AbortSignal } {
    this.#problem = undefined;
    [this.#excess, this.#cut] = [new AbortController(), new AbortController()];
    return { excess: this.#excess.signal, cut: this.#cut.signal };
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    if (init.method === 'GET' && !new Headers(init.headers).has('last-event-id'))
      return new Response(null, { status: 405 });
    try {
      const response = await this.#fetch(input, init);
      if (!response.ok && init.method === 'POST') this.#problem = { kind: 'status', status: response.status };
      return this.#bounded(response);
    } catch (error) {
      // Only the request itself can say that nothing was sent: a stream that is taken up again cannot.
      if (init.method === 'POST') this.#problem = unreached(error) ?? this.#problem;
      throw error;
    }
  };

  #bounded(response: Response): Response {
    const { body, status, headers } = response;
    if (body === null) return response;
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
    const parts = this.#parts(body, { excess: this.#excess, cut: isStream ? this.#cut : undefined });
    return new Response(WebStream.from(parts) as ReadableStream, { status, headers });
  }

  /** NOTE: the client waits for an answer whose stream has ended until its time is over; only here the end is seen. */
  async *#parts(body: ReadableStream<Uint8Array>, { excess, cut }: Endings): AsyncGenerator<Uint8Array> {
    const { mostBytes } = this.#limits;
    let [size, isResumable] = [0, false];
    try {
      for await (const part of body) {
        size += part.byteLength;
        if (size > mostBytes) throw this.#giveUp(excess, `its answer has more than ${mostBytes} bytes`);
        isResumable ||= eventId.test(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1'));
        yield part;
      }
    } finally {
      const ended = () => cut?.abort(new Error('its answer ended before it was whole'));
      if (!isResumable) setTimeout(ended, graceMs).unref();
    }
  }

  #giveUp(excess: AbortController, message: string): Error {
    this.#problem = { kind: 'excess', message };
    const error = new Error(message);
    excess.abort(error);
    return error;
  }
}

interface Endings {
  readonly excess: AbortController;
  readonly cut: AbortController | undefined;
}

/** By which a stream can be gone on with; no such line stands in JSON. */
const eventId = /(^|[\r\n])id:/;

/** Time for the last event of a stream to be taken in, in milliseconds. */
const graceMs = 500;
