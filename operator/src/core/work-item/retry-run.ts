import { retryFailedSteps } from './begin-again.ts';
import { reopenGates } from './enter-state.ts';
import { rootFrame } from './frame.ts';
import type { Run } from './run.ts';

/**
 * Begins what failed again when `spec.retryCount` was raised; the run has the time that it may take anew. A run that was
 * cancelled stays so.
 */
export function retryIfAsked(run: Run): void {
  const { spec, status } = run.observed.workItem;
  const isAsked = (spec.retryCount ?? 0) > (status?.retryCount ?? 0);
  if (!isAsked || run.startedAt === undefined || spec.cancel === true || run.ending?.phase === 'Succeeded') return;
  retryFailedSteps(run, rootFrame);
  reopenGates(run);
  run.ending = undefined;
  run.startedAt = run.now;
  run.finishedAt = undefined;
  run.outputs = {};
}
