import type { ProgressCounts } from '../../api/attempt-progress.ts';
import type { Attempt } from '../../api/step-status.ts';
import { openAttempt } from './attempts.ts';
import type { ObservedWorkItem } from './observed.ts';
import type { Run } from './run.ts';

/** Progress is recorded so often at most: one write a minute for all attempts of a run together. */
const progressEveryMs = 60_000;

/** What is on record of the progress of an attempt, or what is known now once the run's is old enough. */
export function progressNow(
  run: Run,
  { progress: recorded }: Attempt,
  told: ProgressCounts | undefined,
): Attempt['progress'] {
  if (told === undefined || (recorded !== undefined && isSame(told, recorded))) return recorded;
  const dueMs = dueOf(run);
  if (dueMs <= run.nowMs) return { ...told, at: run.now };
  run.wakeAt(dueMs);
  return recorded;
}

const dues = new WeakMap<ObservedWorkItem, number>();

/** Of the plan as a whole: what is recorded by it does not put off the rest of it. */
function dueOf({ observed, nowMs }: Run): number {
  const known = dues.get(observed);
  if (known !== undefined) return known;
  const { steps = [] } = observed.workItem.status ?? {};
  const times = steps.flatMap((step) => openAttempt(step)?.progress?.at ?? []).map((at) => Date.parse(at));
  // A time that is yet to come was written by a clock that was ahead.
  const past = times.filter((timeMs) => timeMs <= nowMs);
  const dueMs = past.length === 0 ? nowMs : Math.max(...past) + progressEveryMs;
  dues.set(observed, dueMs);
  return dueMs;
}

const isSame = (told: ProgressCounts, recorded: ProgressCounts) =>
  (['turns', 'toolCalls', 'promptTokens', 'completionTokens'] as const).every((what) => told[what] === recorded[what]);
