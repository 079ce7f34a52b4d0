import type { Dispatcher } from 'undici';
import { asError, describeCause, ExchangeFailed, type Answer, type Exchange } from './exchange.ts';

/** An answer whose body is read while it comes. */
export interface ByteStream {
  readonly code: number;
  readonly headers: Answer['headers'];
  /** Ends after `close`; throws `ExchangeFailed` when the connection breaks, the signal's reason when it aborts. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** The body as text, `maxBytes` of it at most; the rest is not read. */
  readAll(maxBytes: number): Promise<string>;
  readonly close: () => void;
}

/** Sends a GET and resolves when its answer begins; `timeoutMs` counts until then. Fails as `exchange` does. */
export async function openStream(request: Omit<Exchange, 'maxResponseBytes'>): Promise<ByteStream> {
  const { signal } = request;
  if (signal?.aborted === true) throw asError(signal.reason);
  const ending = new Ending(request);
  try {
    const answer = await Promise.race([send(request, ending.signal), ending.tooEarly]);
    ending.answered();
    return toStream(answer, ending);
  } catch (error) {
    throw ending.explain(error);
  }
}

function send(request: Omit<Exchange, 'maxResponseBytes'>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const { dispatcher, origin, path, headers } = request;
  return dispatcher.request({ origin, path, method: 'GET', headers, signal, headersTimeout: 0, bodyTimeout: 0 });
}

/** Why and when a stream ends: closed by its reader, aborted by the caller's signal, or late. */
class Ending {
  readonly #request: Omit<Exchange, 'maxResponseBytes'>;
  readonly #controller = new AbortController();
  readonly #tooEarly = Promise.withResolvers<never>();
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => {
    this.#end(asError(this.#request.signal?.reason));
  };
  #reason: Error | undefined;
  closed = false;

  constructor(request: Omit<Exchange, 'maxResponseBytes'>) {
    this.#request = request;
    // undici answers an abort only once it is connected: until then the caller waits for this promise.
    this.#tooEarly.promise.catch(() => undefined);
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => {
      const message = `no answer from ${request.origin} within ${Math.round(request.timeoutMs)} ms`;
      this.#end(new ExchangeFailed('timeout', message, { sent: true }));
    }, request.timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get tooEarly(): Promise<never> {
    return this.#tooEarly.promise;
  }

  answered(): void {
    clearTimeout(this.#timer);
  }

  /** Frees what waits; after it nothing can abort the stream. */
  release(): void {
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }

  close(): void {
    this.closed = true;
    this.release();
    this.#controller.abort();
  }

  explain(error: unknown): Error {
    this.release();
    if (this.#reason !== undefined) return this.#reason;
    const cause = asError(error);
    return new ExchangeFailed('network', describeCause(cause), { sent: true, cause });
  }

  #end(reason: Error): void {
    this.#reason = reason;
    this.#tooEarly.reject(reason);
    this.#controller.abort(reason);
  }
}

function toStream({ statusCode, headers, body }: Dispatcher.ResponseData, ending: Ending): ByteStream {
  // A body that is closed before anyone reads it still reports its end as an error event.
  body.on('error', () => undefined);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
    } catch (error) {
      if (!ending.closed) throw ending.explain(error);
    } finally {
      ending.close();
    }
  }
  return {
    code: statusCode,
    headers,
    chunks,
    readAll: async (maxBytes) => {
      const parts: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of chunks()) {
        parts.push(chunk.subarray(0, maxBytes - length));
        length += chunk.length;
        if (length >= maxBytes) break;
      }
      return Buffer.concat(parts).toString('utf8');
    },
    close: () => {
      ending.close();
    },
  };
}
