import type { JsonValue } from '../../api/json.ts';
import { findReferences } from '../template/find-references.ts';
import { resolveBindings } from '../template/resolve-bindings.ts';
import { isExitStep } from '../pipeline/scope-rules.ts';
import { cancelStep } from './cancel-steps.ts';
import { clipMessage } from './clip-message.ts';
import { rootFrame } from './frame.ts';
import { isOver, lifecycleAt } from './lifecycle-state.ts';
import type { BodyVerdict } from './plan-body.ts';
import type { Ending, Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { runReasons, stepReasons } from './step-reasons.ts';
import { isUnderWay } from './step-state.ts';
import { describeGone } from './when-an-artifact-is-gone.ts';

/** Cancelling ends whatever goes on, exit steps aside. */
export function whenCancelled(run: Run): void {
  if (run.observed.workItem.spec.cancel !== true || run.ending?.phase === 'Cancelled') return;
  run.ending = { phase: 'Cancelled', reason: runReasons.cancelled, message: 'it was cancelled' };
  cancelMain(run, stepReasons.runCancelled);
}

/** The run took longer than it may. */
export function whenTimedOut(run: Run): void {
  const { timeoutSeconds } = run.observed.pinned.spec.execution;
  if (timeoutSeconds === undefined || run.startedAt === undefined || run.ending !== undefined) return;
  const deadlineMs = Date.parse(run.startedAt) + timeoutSeconds * 1000;
  if (deadlineMs > run.nowMs) run.wakeAt(deadlineMs);
  else {
    run.ending = { phase: 'Failed', reason: runReasons.timedOut, message: `it took longer than ${timeoutSeconds} s` };
    cancelMain(run, stepReasons.runTimedOut);
  }
}

function cancelMain(run: Run, reason: string): void {
  for (const record of [...run.records()]) {
    // What stands in a loop or a deliberation ends with that; its own name need not be that of a step.
    const node = run.graph.byName.get(record.path.replace(/\[.*$/, ''));
    if (node === undefined || !isExitStep(node)) cancelStep(run, record, reason);
  }
}

/**
 * Decides how the run ends, as soon as that is certain: when a step has failed, or when all have ended well; in a lifecycle, when
 * that has come to an end and nothing more happens.
 */
export function decideEnding(
  run: Run,
  { state, failed }: BodyVerdict,
  { hasMore }: { readonly hasMore: boolean },
): void {
  if (run.ending !== undefined) return;
  const [failedStep] = failed;
  if (failedStep !== undefined) {
    const why = run.record(failedStep)?.message;
    const message = clipMessage(`${failedStep} failed${why === undefined ? '' : `: ${why}`}`);
    setEnding(run, { phase: 'Failed', reason: runReasons.stepFailed, message, failedStep });
  } else if (lifecycleAt(run) === undefined ? state === 'succeeded' : !hasMore && isLifecycleDone(run))
    setEnding(run, resolveOutputs(run));
}

/** Whether the lifecycle has come to an end, and nothing goes on in it. What only holds its own parts is no work. */
function isLifecycleDone(run: Run): boolean {
  const place = lifecycleAt(run);
  if (place === undefined || !isOver(place) || run.gathered().questions.length > 0) return false;
  return [...run.records()].every((record) => !isUnderWay(record) || record.reason === stepReasons.partsRunning);
}

function setEnding(run: Run, ending: Ending | 'unread'): void {
  if (ending === 'unread') return;
  run.ending = ending;
  run.changes += 1;
}

function resolveOutputs(run: Run): Ending | 'unread' {
  const { outputs = {} } = run.observed.pinned.spec;
  if (!hasReadOutputs(run, Object.values(outputs))) {
    const gone = run.takeGoneArtifact();
    if (gone === undefined) return 'unread';
    return { phase: 'Failed', reason: runReasons.outputsUnresolved, message: describeGone(gone) };
  }
  if (lifecycleAt(run) !== undefined) return endLifecycle(run, outputs);
  const resolved = resolveBindings(outputs, scopeAt(run, rootFrame));
  if ('problem' in resolved) {
    const message = clipMessage(`its outputs have no value: ${resolved.problem.message}`);
    return { phase: 'Failed', reason: runReasons.outputsUnresolved, message };
  }
  if (Object.keys(resolved.value).length > 0) run.outputs = run.placeOutputs(resolved.value);
  return { phase: 'Succeeded', reason: runReasons.allStepsSucceeded };
}

/** People decide which way a lifecycle goes: what no step came to on that way is left out of the outputs. */
function endLifecycle(run: Run, outputs: NonNullable<Run['observed']['pinned']['spec']['outputs']>): Ending {
  const given = Object.entries(outputs).flatMap(([name, binding]) => {
    const resolved = resolveBindings({ [name]: binding }, scopeAt(run, rootFrame));
    return 'problem' in resolved ? [] : Object.entries(resolved.value);
  });
  if (given.length > 0) run.outputs = run.placeOutputs(Object.fromEntries(given));
  const { state = '', outcome = state } = run.lifecycle ?? {};
  return { phase: 'Succeeded', reason: runReasons.lifecycleEnded, message: `it has come to: ${outcome}` };
}

/** Whether the results that the run's outputs refer to are at hand; those that are not will be read. */
function hasReadOutputs(
  run: Run,
  bindings: readonly { readonly from?: JsonValue | undefined; readonly or?: JsonValue[] | undefined }[],
): boolean {
  let isRead = true;
  for (const { from, or = [] } of bindings) {
    for (const { reference } of findReferences([from ?? null, ...or])) {
      const record = run.record(reference.root);
      if (record?.phase === 'Succeeded' && run.outputsOf(record) === undefined) isRead = false;
    }
  }
  return isRead;
}

/** Ends the run, once its exit steps have ended too. */
export function endRun(run: Run, failedExitSteps: readonly string[]): void {
  const [failedStep] = failedExitSteps;
  if (failedStep !== undefined && run.ending?.phase === 'Succeeded') {
    const message = clipMessage(`the exit step ${failedStep} failed: ${run.record(failedStep)?.message ?? ''}`);
    run.ending = { phase: 'Failed', reason: runReasons.exitStepFailed, message, failedStep };
  }
  run.finishedAt = run.now;
}
