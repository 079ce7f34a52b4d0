import type { CacheState } from '../kube/cluster.ts';

/** What readiness is judged by. */
export interface ReadinessFacts {
  readonly stopping: boolean;
  readonly caches: readonly CacheState[];
  /** Milliseconds since the API server last answered anything. */
  readonly unansweredMs: number;
  /** Milliseconds since the Lease could last be read or written. */
  readonly leaseUnansweredMs: number;
}

/** The election looks at the Lease every two seconds: a server that has not answered for so long is away. */
const longestUnansweredMs = 15_000;
/** A cache that heard nothing for so long, bookmarks included, may show an old world. */
const longestSilentMs = 180_000;

/** Why the operator cannot do its work now, a line each; empty when it can. */
export function whyNotReady({ stopping, caches, unansweredMs, leaseUnansweredMs }: ReadinessFacts): string[] {
  if (stopping) return ['the operator is stopping'];
  const reasons = caches.flatMap(({ resource, synced, silentMs }) => {
    if (!synced) return [`the cache of ${resource} has not been filled yet`];
    return silentMs > longestSilentMs ? [`nothing was heard of ${resource} for ${inSeconds(silentMs)}`] : [];
  });
  if (unansweredMs > longestUnansweredMs) {
    reasons.unshift(`the API server has not answered for ${inSeconds(unansweredMs)}`);
  } else if (leaseUnansweredMs > longestUnansweredMs) {
    reasons.unshift(`the Lease could not be read or written for ${inSeconds(leaseUnansweredMs)}; the log says why`);
  }
  return reasons;
}

const inSeconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
