/**
 * Between looks at a Model that is ready, and the longest between looks at one that is not, a server of ours or another's, in
 * milliseconds: each look at an address that swallows everything keeps others waiting.
 */
export const lookPauses = { readyMs: 300_000, notReadyMs: 30_000, absentMs: 120_000 } as const;
export type LookPauses = { readonly [pause in keyof typeof lookPauses]: number };

const firstMs = 1_000;

/** What the time of the next look depends on. */
export interface LookHistory {
  readonly isReady: boolean;
  /** Looks in a row that found it not ready. */
  readonly failures: number;
  /** Whether it is a server of ours: others may stay away for long. */
  readonly isOurs: boolean;
  /** From 0 to 1: many Models are not asked all at once. */
  readonly random: number;
}

/** Time until the next look, in milliseconds: a tenth more or less than the pause, which is short at first. */
export function planNextLook({ isReady, failures, isOurs, random }: LookHistory, pauses: LookPauses): number {
  const pauseMs = isReady ? pauses.readyMs : notReadyPause(failures, isOurs, pauses);
  return Math.round(pauseMs * (0.9 + 0.2 * random));
}

/** What has just been applied or started is reached a moment later. */
function notReadyPause(failures: number, isOurs: boolean, { notReadyMs, absentMs }: LookPauses): number {
  return Math.min(isOurs ? notReadyMs : absentMs, firstMs * 2 ** Math.min(failures - 1, 20));
}
