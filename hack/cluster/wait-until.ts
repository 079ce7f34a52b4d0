import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.ts';

/** Asks every `intervalMs` until the answer is true; throws ClusterError with what was awaited after `timeoutMs`. */
export async function waitUntil(
  awaited: string,
  isReached: () => Promise<boolean> | boolean,
  { timeoutMs = 60_000, intervalMs = 100, hint = '' }: { timeoutMs?: number; intervalMs?: number; hint?: string } = {},
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await isReached())) {
    if (performance.now() > end) {
      throw new ClusterError(`${awaited}: not within ${Math.round(timeoutMs / 1000)} s`, { hint });
    }
    await sleep(intervalMs);
  }
}
