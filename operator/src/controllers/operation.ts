import type { AttemptOutcome } from '../core/work-item/observed.ts';

/** An attempt that the operator itself carries out. Throws only when aborted: every failure is an outcome. */
export type Operation = (signal: AbortSignal) => Promise<AttemptOutcome>;
