import type { Dedicated } from './render-dedicated.ts';

/** What is known of who needs a Model. */
export interface ModelUse {
  /** Attempts that ask it now, or wait for it. */
  readonly users: number;
  /** When it was last needed; undefined when it never was. */
  readonly lastRequestTime: string | undefined;
}

/** What the number of pods depends on. */
export interface ReplicasInput {
  readonly dedicated: Pick<Dedicated, 'replicas' | 'idleSeconds'>;
  /** Requests that one pod takes at the same time. */
  readonly requestsEach: number;
  readonly use: ModelUse;
  /** Pods that it is to have now; 0 when it has no Deployment yet. */
  readonly current: number;
  readonly now: Date;
}

/** How many pods a Model is to have. */
export interface ReplicasPlan {
  readonly replicas: number;
  /** Time until it may fall to its least, in milliseconds; undefined when nothing comes by waiting. */
  readonly idleInMs?: number | undefined;
}

const usualIdleSeconds = 600;

/** The fewest and the most pods of a Model. */
export function boundsOf({ replicas = {} }: Pick<Dedicated, 'replicas'>): {
  readonly min: number;
  readonly max: number;
} {
  const { min = 1, max = Math.max(1, min) } = replicas;
  return { min, max: Math.max(min, max, 1) };
}

/** Whether its number of pods depends on who needs it. */
export function isElastic(dedicated: Pick<Dedicated, 'replicas'>): boolean {
  const { min, max } = boundsOf(dedicated);
  return min < max;
}

/**
 * As many pods as those need that ask it, within its bounds. It grows at once, and falls to its least when nobody has needed
 * it for a while: never in between, because a pod that goes takes the requests with it that it answers.
 */
export function planReplicas({ dedicated, requestsEach, use, current, now }: ReplicasInput): ReplicasPlan {
  const { min, max } = boundsOf(dedicated);
  const clamped = (count: number) => Math.min(Math.max(count, min), max);
  if (use.users > 0) return { replicas: clamped(Math.max(current, Math.ceil(use.users / requestsEach), 1)) };
  const idleInMs = idleTime(use, dedicated, now);
  if (idleInMs <= 0 || current <= min) return { replicas: min };
  return { replicas: clamped(current), idleInMs };
}

function idleTime(
  { lastRequestTime }: ModelUse,
  { idleSeconds = usualIdleSeconds }: Pick<Dedicated, 'idleSeconds'>,
  now: Date,
) {
  if (lastRequestTime === undefined) return 0;
  return Date.parse(lastRequestTime) + idleSeconds * 1000 - now.getTime();
}

/** What the time of the last request is planned from. */
export interface LastRequestInput {
  readonly users: number;
  /** When it was last seen to be needed, in this process; undefined when it was not. */
  readonly lastUse: Date | undefined;
  readonly recorded: string | undefined;
}

/** While it is in use, the time of the last request is written no more often than this, in milliseconds. */
export const recordEveryMs = 60_000;

/** When it was last needed: exact once nobody needs it any more, coarse before, where nothing depends on it. */
export function planLastRequest({ users, lastUse, recorded }: LastRequestInput): string | undefined {
  if (lastUse === undefined) return recorded;
  const aheadMs = recorded === undefined ? Infinity : lastUse.getTime() - Date.parse(recorded);
  return aheadMs >= recordEveryMs || (users === 0 && aheadMs > 0) ? lastUse.toISOString() : recorded;
}
