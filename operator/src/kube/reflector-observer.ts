import type { EndReason } from './watch-stream.ts';

/** A list or watch that ended and is begun anew. */
export interface Restart {
  readonly reason: EndReason;
  readonly error?: unknown;
  /** True when it begins with a list, false when the watch goes on where it was. */
  readonly relist: boolean;
  /** Pause before it, in milliseconds. */
  readonly delayMs: number;
}

/** Told of what a reflector does, for metrics and logs. What it throws is dropped. */
export interface ReflectorObserver {
  /** A complete list was taken in. */
  listed?(list: { readonly durationMs: number; readonly pages: number; readonly objects: number }): void;
  restarted?(restart: Restart): void;
  /**
   * A watch event was taken in. `lagMs` is its age by the object's own timestamps and both clocks, to the second;
   * undefined when it carries none.
   */
  received?(event: { readonly type: string; readonly lagMs: number | undefined }): void;
  /** A handler, indexer or transform threw. */
  handlerFailed?(error: unknown): void;
}
