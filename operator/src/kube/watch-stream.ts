import { Gone, ResponseTooLarge, TooManyRequests, Unreachable, ApiError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { ListWatch, WatchOptions, WatchStream } from './list-watch.ts';
import { resourceName, type KubeObject, type ResourceType } from './resource-type.ts';
import { apiErrorFromStatus } from './status-error.ts';
import { parseWatchLine, type WatchEvent } from './watch-event.ts';

/** Why a list or watch ended; a label of metrics. */
export type EndReason =
  | 'ServerTimeout' // the server ended the watch, as it does every few minutes
  | 'Expired' // the resourceVersion or continue token is too old
  | 'Stalled' // silent for longer than bookmarks come
  | 'Disconnected' // the connection broke
  | 'Unreachable' // no connection, or no answer in time
  | 'Malformed' // a line that is no event, or too long
  | 'OutOfOrder' // an event that should have come before others
  | 'ErrorEvent' // the server reported an error inside the watch
  | 'TooManyRequests'
  | 'Rejected' // any other answer but 200
  | 'StaleList' // a list older than what was seen
  | 'Failed' // an error of this program
  | 'Stopped';

/** How a list or watch ended. */
export interface End {
  readonly reason: EndReason;
  readonly error?: unknown;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** One watch to be read to its end. */
export interface WatchRun<T extends KubeObject> {
  readonly listWatch: ListWatch;
  readonly type: ResourceType<T>;
  readonly options: WatchOptions;
  readonly clock: Clock;
  /** Aborting it ends the watch at once, with reason `Stopped`. */
  readonly signal: AbortSignal;
  /** A watch that is silent for longer is ended, in milliseconds. */
  readonly stallMs: number;
  /** Until the server answers, in milliseconds. */
  readonly connectMs: number;
  /** Takes one event; what it returns ends the watch. */
  readonly onEvent: (event: WatchEvent<T>) => End | undefined;
}

/** Reads a watch until something ends it; never rejects, and nothing of it is left open afterwards. */
export async function readWatch<T extends KubeObject>(run: WatchRun<T>): Promise<End> {
  const reading = new WatchReading(run);
  const stop = (): void => {
    reading.end({ reason: 'Stopped' });
  };
  run.signal.addEventListener('abort', stop, { once: true });
  if (run.signal.aborted) stop();
  try {
    return await reading.run();
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}

/** The end of a list or watch that failed with `error`. */
export function endOfError(error: unknown, whenUnreachable: 'Unreachable' | 'Disconnected'): End {
  if (error instanceof Gone) return { reason: 'Expired', error };
  if (error instanceof TooManyRequests) return { reason: 'TooManyRequests', error, retryAfterMs: error.retryAfterMs };
  if (error instanceof Unreachable) return { reason: whenUnreachable, error };
  if (error instanceof ResponseTooLarge) return { reason: 'Malformed', error };
  if (error instanceof ApiError) return { reason: 'Rejected', error, retryAfterMs: error.retryAfterMs };
  return { reason: 'Failed', error };
}

class WatchReading<T extends KubeObject> {
  readonly #run: WatchRun<T>;
  readonly #controller = new AbortController();
  readonly #ended = Promise.withResolvers<End>();
  #stream: WatchStream | undefined;
  #heardAtMs: number;

  constructor(run: WatchRun<T>) {
    this.#run = run;
    this.#heardAtMs = run.clock.monotonicMs();
  }

  async run(): Promise<End> {
    void this.#read().then(
      (end) => {
        this.end(end);
      },
      (error: unknown) => {
        this.end(endOfError(error, this.#stream === undefined ? 'Unreachable' : 'Disconnected'));
      },
    );
    void this.#watchForSilence();
    return this.#ended.promise;
  }

  end(end: End): void {
    this.#ended.resolve(end);
    this.#controller.abort();
    this.#stream?.close();
  }

  async #read(): Promise<End> {
    const { listWatch, type, options, clock, onEvent } = this.#run;
    const { signal } = this.#controller;
    if (signal.aborted) return { reason: 'Stopped' };
    const stream = await listWatch.watch(type, { ...options, signal });
    if (isAborted(signal)) stream.close();
    this.#stream = stream;
    this.#heardAtMs = clock.monotonicMs();
    for await (const line of stream.lines) {
      if (isAborted(signal)) break;
      this.#heardAtMs = clock.monotonicMs();
      const event = parseWatchLine<T>(line);
      const end =
        event === undefined
          ? malformed(type, line)
          : event.type === 'ERROR'
            ? this.#endOfErrorEvent(event.status)
            : onEvent(event);
      if (end !== undefined) return end;
    }
    return { reason: 'ServerTimeout' };
  }

  #endOfErrorEvent(status: unknown): End {
    const target = { verb: 'watch', resource: resourceName(this.#run.type) };
    const end = endOfError(apiErrorFromStatus(target, status), 'Disconnected');
    return end.reason === 'Rejected' ? { ...end, reason: 'ErrorEvent' } : end;
  }

  /** One timer for the whole watch, moved on when it fires: a busy watch costs no timer for each line. */
  async #watchForSilence(): Promise<void> {
    const { clock, stallMs, connectMs } = this.#run;
    const { signal } = this.#controller;
    while (!isAborted(signal)) {
      const limitMs = this.#stream === undefined ? Math.min(connectMs, stallMs) : stallMs;
      const leftMs = this.#heardAtMs + limitMs - clock.monotonicMs();
      if (leftMs <= 0) this.end({ reason: 'Stalled' });
      else await clock.sleep(leftMs, signal);
    }
  }
}

function malformed(type: ResourceType, line: string): End {
  const said = `a line of ${line.length} characters is no watch event: ${line.slice(0, 80)}`;
  return { reason: 'Malformed', error: new Error(`watch ${resourceName(type)}: ${said}`) };
}

/** A call, so that the compiler does not take an earlier look at the signal for granted. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
