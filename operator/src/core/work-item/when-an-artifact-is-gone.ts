import { registerFailure } from './accept-outcome.ts';
import { openAttempt } from './attempts.ts';
import { fail } from './finish-step.ts';
import { pathOf, type Place } from './place.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';
import { isEnded } from './step-state.ts';

/**
 * A step that cannot go on without an artifact that is gone would ask for it for ever: it fails. When the artifact is its own
 * result, another attempt may make it again.
 */
export function whenAnArtifactIsGone(run: Run, place: Place): void {
  const gone = run.takeGoneArtifact();
  const record = run.record(pathOf(place));
  if (gone === undefined || (record !== undefined && isEnded(record))) return;
  const failure = { reason: stepReasons.artifactGone, message: describeGone(gone) };
  const attempt = record && openAttempt(record);
  if (record === undefined || attempt === undefined) fail(run, place, record, failure);
  else registerFailure(run, place, { record, attempt, outcome: { result: 'Failed' } }, failure);
}

/** What is gone, and what to do about it. */
export const describeGone = (digest: string) =>
  `the artifact ${digest} is gone: the artifact store has none of this digest; run again the step that made it`;
