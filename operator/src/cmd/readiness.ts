import type { CacheState, NamespaceState } from '../kube/cluster.ts';

/** What readiness is judged by. */
export interface ReadinessFacts {
  readonly stopping: boolean;
  readonly caches: readonly CacheState[];
  /** Those that are watched each by itself. */
  readonly namespaces: readonly NamespaceState[];
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
export function whyNotReady({ stopping, unansweredMs, leaseUnansweredMs, ...watched }: ReadinessFacts): string[] {
  if (stopping) return ['the operator is stopping'];
  const reasons = whyBlind(watched);
  if (unansweredMs > longestUnansweredMs) {
    reasons.unshift(`the API server has not answered for ${inSeconds(unansweredMs)}`);
  } else if (leaseUnansweredMs > longestUnansweredMs) {
    reasons.unshift(`the Lease could not be read or written for ${inSeconds(leaseUnansweredMs)}; the log says why`);
  }
  return reasons;
}

/** One namespace that is refused, as when it was deleted with the Role in it, does not stop the others. */
function whyBlind({ caches, namespaces }: Pick<ReadinessFacts, 'caches' | 'namespaces'>): string[] {
  if (namespaces.length > 0 && namespaces.every(({ refused }) => refused)) {
    const names = namespaces.map(({ namespace }) => namespace).join(', ');
    return [`none of the watched namespaces may be read (${names}); the log says why`];
  }
  return caches.flatMap(({ resource, synced, silentMs }) => {
    if (!synced) return [`the cache of ${resource} has not been filled yet`];
    return silentMs > longestSilentMs ? [`nothing was heard of ${resource} for ${inSeconds(silentMs)}`] : [];
  });
}

const inSeconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
