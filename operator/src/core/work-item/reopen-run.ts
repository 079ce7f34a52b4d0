import type { WorkItem } from '../../api/work-item.ts';
import { beginAgain, beginExitStepsAgain } from './begin-again.ts';
import { takeAction } from './enter-state.ts';
import { isOver, lifecycleAt } from './lifecycle-state.ts';
import { takenByPeople } from './plan-lifecycle.ts';
import { resolveInputs } from './resolve-inputs.ts';
import type { Run } from './run.ts';
import { runReasons } from './step-reasons.ts';

/** What the annotations begin with by which people take actions. */
const actionPrefix = 'action.conclave.dev/';

/**
 * Whether a person may have taken up a run again that its lifecycle has ended: an annotation speaks of exactly what the status
 * shows. Told by the WorkItem alone, so that looking costs nothing; whether it counts, the plan decides.
 */
export function mayBeReopened({ metadata, status = {} }: WorkItem): boolean {
  const { digest, actions = [] } = status.lifecycle ?? {};
  if (status.ending?.reason !== runReasons.lifecycleEnded || digest === undefined || actions.length === 0) return false;
  return Object.entries(metadata.annotations ?? {}).some(
    ([key, value]) => key.startsWith(actionPrefix) && value.includes(digest),
  );
}

/**
 * Takes up a run again that its lifecycle has ended, when a person acts on what it has come to: it is rolled back, resubmitted
 * or archived. It has the time that it may take anew.
 */
export function reopenIfAsked(run: Run): void {
  const place = lifecycleAt(run);
  if (run.finishedAt === undefined || run.ending?.reason !== runReasons.lifecycleEnded || place === undefined) return;
  const inputs = resolveInputs(run.observed);
  if ('problem' in inputs) return;
  run.inputs = inputs.value;
  const taking = takenByPeople(run, place);
  if (taking === undefined) return;
  run.ending = undefined;
  run.startedAt = run.now;
  run.finishedAt = undefined;
  run.outputs = {};
  takeAction(run, place, taking);
  beginStoppedAgain(run);
  // Whoever leads it to another end has nothing more done: what had to be done at its end is done.
  const after = lifecycleAt(run);
  if (after !== undefined && !isOver(after)) beginExitStepsAgain(run);
}

/** What ended with the run, because nothing of it went on, goes on. */
function beginStoppedAgain(run: Run): void {
  const stopped = [...run.records()].filter(({ phase }) => phase === 'Cancelled');
  beginAgain(
    run,
    stopped.flatMap(({ path }) => run.graph.byName.get(path) ?? []),
  );
}
