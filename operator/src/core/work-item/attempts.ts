import type { Attempt, StepStatus } from '../../api/step-status.ts';

/** Attempts that a record keeps (Kubernetes objects must stay small); of more, the last. */
const mostAttempts = 100;

/** The attempt that is under way, if one is. */
export function openAttempt({ attempts }: StepStatus): Attempt | undefined {
  const last = attempts?.at(-1);
  return last?.result === undefined ? last : undefined;
}

/** Attempts with one more; of more than a record can hold, the last. */
export function withAttempt(attempts: readonly Attempt[] = [], attempt: Attempt): Attempt[] {
  return [...attempts, attempt].slice(-mostAttempts);
}

/** What is kept of an attempt that has ended: what the Job was and when it began is of no more use. */
export function closeAttempt(attempt: Attempt, ending: Partial<Attempt> & Required<Pick<Attempt, 'result'>>): Attempt {
  const { number, round } = attempt;
  return { number, ...(round === undefined ? {} : { round }), ...ending };
}

/** The highest number of an attempt of a step, those of its iterations included. */
export function highestNumber({ attempts, iterations }: Pick<StepStatus, 'attempts' | 'iterations'>): number {
  const { lastAttempt = 0, attemptsBefore = 0 } = iterations ?? {};
  return Math.max(attempts?.at(-1)?.number ?? 0, lastAttempt, attemptsBefore);
}

/** The number of the next attempt: it grows over all rounds. */
export function nextNumber({ attempts }: Pick<StepStatus, 'attempts'>): number {
  return (attempts?.at(-1)?.number ?? 0) + 1;
}
