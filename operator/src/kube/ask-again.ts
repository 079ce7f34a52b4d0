import { TooManyRequests } from './api-error.ts';
import type { Clock } from './clock.ts';

/** How long in all somebody waits who is asked to come back later, in milliseconds. */
const patienceMs = 10_000;

/**
 * What `ask` comes to, asked again as often as the API server wants to be asked later, as long as patience lasts. For several
 * requests that are of use together only: were all of them made anew for each that was shed, a busy server would never answer
 * them all.
 */
export async function askAgain<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  const endMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TooManyRequests) || clock.monotonicMs() + error.retryAfterMs > endMs) throw error;
      await clock.sleep(error.retryAfterMs);
    }
  }
}
