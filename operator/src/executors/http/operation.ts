import type { AttemptOutcome } from '../../core/work-item/observed.ts';

/** An attempt inside the operator. It rejects only when it is called off; every failure is an outcome. */
export type Operation = (signal: AbortSignal) => Promise<AttemptOutcome>;
