import { openAttempt } from './attempts.ts';
import { cancelStep } from './cancel-steps.ts';
import { planCompensations } from './plan-compensations.ts';
import { decideEnding, endRun, whenCancelled, whenTimedOut } from './end-run.ts';
import { followAttempt } from './follow-attempt.ts';
import { rootFrame } from './frame.ts';
import { locate } from './locate.ts';
import type { ObservedWorkItem } from './observed.ts';
import { planBody, type BodyVerdict } from './plan-body.ts';
import { waitInState } from './offer-actions.ts';
import { planLifecycle } from './plan-lifecycle.ts';
import { reopenIfAsked } from './reopen-run.ts';
import { renderPlan } from './render-plan.ts';
import { retryIfAsked } from './retry-run.ts';
import { Run } from './run.ts';
import { startRun } from './start-run.ts';
import { runReasons } from './step-reasons.ts';
import type { Leave } from './plan-step.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { watchSla } from './watch-sla.ts';
import { whenAnArtifactIsGone } from './when-an-artifact-is-gone.ts';
import { withoutFutureTimes } from './without-future-times.ts';
import type { WorkItemPlan } from './work-item-plan.ts';

/** Steps that the status of one WorkItem can hold: those that have begun, finished iterations aside. */
const mostRecords = 5000;
/** Characters of JSON that status may have: an object of Kubernetes ends at about 1.5 MiB. */
const largestStatus = 900_000;

/**
 * If the world looked like this, what should be recorded and what should be done? The same world has the same plan, and
 * planning again after it was recorded changes nothing.
 */
export function planWorkItem(observed: ObservedWorkItem): WorkItemPlan {
  try {
    const plan = planRun(observed);
    return isTooLarge(plan) ? giveUp(observed, { reason: runReasons.tooManySteps, message: tooLarge }) : plan;
  } catch (error) {
    // A mistake of ours must not bring the operator down, again and again: the run fails, and says with what.
    const message = `a mistake in Conclave: ${error instanceof Error ? error.message : String(error)}`;
    return giveUp(observed, { reason: runReasons.impossibleState, message });
  }
}

function planRun(observed: ObservedWorkItem): WorkItemPlan {
  const run = new Run({ ...observed, workItem: withoutFutureTimes(observed.workItem, observed.now) });
  retryIfAsked(run);
  reopenIfAsked(run);
  if (run.finishedAt === undefined) {
    if (startRun(run) === 'started') proceed(run);
  }
  watchSla(run);
  return renderPlan(run);
}

/** Moves the run on: the steps, then what undoes them if it was cancelled, then the exit steps, then its end. */
function proceed(run: Run): void {
  // Results come first: what has ended decides what may begin, and is paid for even when the run is cancelled now.
  followAttempts(run);
  whenCancelled(run);
  whenTimedOut(run);
  if (planMain(run) === 'open') {
    if (!isStuck(run)) return;
    fallStuck(run);
  }
  run.isMainOver = true;
  if (run.ending?.phase === 'Cancelled' && planCompensations(run) === 'open') return;
  const exit = repeatedly(run, () =>
    planBody(run, { nodes: run.graph.exitSteps, frame: rootFrame, leave: leaveOf(run), slots: Infinity }),
  );
  if (exit.state !== 'open') endRun(run, exit.failed);
}

function followAttempts(run: Run): void {
  for (const record of [...run.records()]) {
    const place = openAttempt(record) === undefined ? undefined : locate(run, record.path);
    if (place === undefined) continue;
    followAttempt(run, place, record);
    // What it could not read is its own: nothing else may be charged with it.
    whenAnArtifactIsGone(run, place);
  }
}

/** The steps that are no exit steps: `settled` once nothing of them goes on and it is certain how the run ends. */
function planMain(run: Run): 'open' | 'settled' {
  const verdict = repeatedly(run, () => {
    const before = run.changes;
    planLifecycle(run);
    const leave = run.ending === undefined ? leaveOf(run) : 'stop';
    const body = planBody(run, { nodes: mainSteps(run), frame: rootFrame, leave, slots: Infinity });
    waitInState(run);
    decideEnding(run, body, { hasMore: run.changes !== before || leave === 'hold' });
    return body;
  });
  return verdict.state === 'open' || run.ending === undefined ? 'open' : 'settled';
}

const leaveOf = (run: Run): Leave => (run.observed.workItem.spec.suspend === true ? 'hold' : 'go');

/** Once a run is cancelled, what undoes its steps is planned by itself. */
function mainSteps(run: Run): readonly StepNode[] {
  if (run.ending?.phase !== 'Cancelled') return run.graph.roots;
  return run.graph.roots.filter(({ activators }) => !activators.some(({ through }) => through === 'compensate'));
}

/** Plans until nothing changes any more: what ends in one pass may let something begin in the next. */
function repeatedly(run: Run, plan: () => BodyVerdict): BodyVerdict {
  // Each pass but the last changes a record, and a step has few states: more passes than this mean a circle.
  const mostPasses = 1000 + 10 * run.graph.nodes.length;
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const before = run.changes;
    run.forgetWaits();
    const verdict = plan();
    if (run.changes === before) return verdict;
  }
  throw new Error('planning goes round in circles');
}

/** Whether nothing goes on and nothing that could come would change that. */
function isStuck(run: Run): boolean {
  const { questions, waits, wakeAtMs } = run.gathered();
  const mayChange = questions.length > 0 || waits.length > 0 || wakeAtMs !== undefined || leaveOf(run) === 'hold';
  return run.openAttempts === 0 && !mayChange;
}

function fallStuck(run: Run): void {
  const pending = run.graph.roots.map(({ name }) => name).filter((name) => run.record(name) === undefined);
  const message = `nothing runs, and nothing can begin any more: ${pending.slice(0, 20).join(', ')}`;
  run.ending = { phase: 'Failed', reason: runReasons.stuck, message };
  for (const record of [...run.records()]) cancelStep(run, record, runReasons.stuck);
}

const tooLarge = `it has more steps under way than status can hold (${mostRecords} steps, ${largestStatus} characters)`;

function isTooLarge({ status }: WorkItemPlan): boolean {
  const { steps = [] } = status;
  if (steps.length <= 400) return false;
  return steps.length > mostRecords || JSON.stringify(status).length > largestStatus;
}

/** Ends a run at once, with what is recorded of it: nothing more is decided. */
function giveUp(
  observed: ObservedWorkItem,
  { reason, message }: { readonly reason: string; readonly message: string },
): WorkItemPlan {
  const run = new Run(observed);
  if (run.finishedAt === undefined) {
    run.ending = { phase: 'Failed', reason, message: message.slice(0, 1024) };
    for (const record of [...run.records()]) cancelStep(run, record, reason);
    run.finishedAt = run.now;
  }
  return renderPlan(run);
}
