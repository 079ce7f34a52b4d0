import { errors, type Dispatcher } from 'undici';

/** One HTTP request. */
export interface Exchange {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Until the answer is complete, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** The whole answer to an `Exchange`. */
export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** There was no complete answer. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  /** False when not a byte of the request left this process. */
  readonly sent: boolean;
  readonly kind: 'network' | 'timeout' | 'tooLarge';
  constructor(
    kind: ExchangeFailed['kind'],
    message: string,
    details: { readonly sent: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.sent = details.sent;
  }
}

/**
 * Sends a request and reads its whole answer. Rejects with `ExchangeFailed`, or with the signal's reason when the signal
 * aborts. A request that was not sent when its time was over never will be.
 */
export function exchange(request: Exchange): Promise<Answer> {
  if (request.signal?.aborted === true) return Promise.reject(asError(request.signal.reason));
  return new Promise((resolve, reject) => {
    new ExchangeHandler(request, resolve, reject).start();
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: Exchange;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  readonly #onAbort = (): void => {
    this.#fail(asError(this.#request.signal?.reason));
  };
  #deadline = 0;
  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #code = 0;
  #headers: Answer['headers'] = {};
  #bytes = 0;

  constructor(request: Exchange, resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { dispatcher, origin, path, method, headers, body, timeoutMs, signal } = this.#request;
    this.#deadline = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => {
      this.#timeOut();
    }, timeoutMs);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    try {
      // The timer above is the only clock: undici's own timeouts are coarse and would answer for it.
      const options = { origin, path, method, headers: { ...headers }, headersTimeout: 0, bodyTimeout: 0 };
      dispatcher.dispatch(body === undefined ? options : { ...options, body }, this);
    } catch (error) {
      this.onResponseError(undefined, asError(error));
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(new errors.RequestAbortedError());
    } else if (performance.now() >= this.#deadline) {
      this.#timeOut();
      controller.abort(new errors.RequestAbortedError());
    } else {
      this.#controller = controller;
    }
  }

  onResponseStart(_: unknown, code: number, headers: Answer['headers']): void {
    this.#code = code;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#request.maxResponseBytes) {
      this.#chunks.push(chunk);
    } else {
      const message = `the answer is larger than ${this.#request.maxResponseBytes} bytes`;
      this.#fail(new ExchangeFailed('tooLarge', message, { sent: true }));
    }
  }

  onResponseEnd(): void {
    if (!this.#settle()) return;
    this.#resolve({ code: this.#code, headers: this.#headers, body: Buffer.concat(this.#chunks).toString('utf8') });
  }

  onResponseError(_: unknown, cause: Error): void {
    this.#fail(new ExchangeFailed('network', describeCause(cause), { sent: this.#controller !== undefined, cause }));
  }

  #timeOut(): void {
    const { origin, timeoutMs } = this.#request;
    const sent = this.#controller !== undefined;
    const message = `${sent ? 'no answer' : 'no connection'} from ${origin} within ${Math.round(timeoutMs)} ms`;
    this.#fail(new ExchangeFailed('timeout', message, { sent }));
  }

  #fail(error: Error): void {
    if (!this.#settle()) return;
    this.#controller?.abort(error);
    this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

/** A network error in words: undici and Node hide the telling part in `cause`, `errors` or `code`. */
export function describeCause(error: Error): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.map((inner) => describeCause(asError(inner))).join('; ');
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const own = error.message === '' ? code : error.message;
  return error.cause instanceof Error ? `${own}: ${describeCause(error.cause)}` : own;
}

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
