import type { Random } from './clock.ts';

/** Delays that double from `baseMs` up to `capMs`, both in milliseconds. */
export interface BackOff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** The ceiling of the delay after `failures` earlier failures (0 for the first), in milliseconds. */
export function exponentialDelayMs({ baseMs, capMs }: BackOff, failures: number): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(failures, 52));
}

/**
 * A delay drawn evenly from 0 up to the ceiling ("full jitter"): clients that lost the server together do not come back
 * together.
 */
export function fullJitterDelayMs(backOff: BackOff, failures: number, random: Random): number {
  return random() * exponentialDelayMs(backOff, failures);
}
