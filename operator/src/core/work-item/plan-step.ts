import type { StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { openAttempt } from './attempts.ts';
import { evaluate } from './activate.ts';
import { cancelParts, closeGate } from './cancel-steps.ts';
import { clipMessage } from './clip-message.ts';
import { fail, setEnded, skip } from './finish-step.ts';
import { followAttempt } from './follow-attempt.ts';
import { frameOf, pathIn } from './frame.ts';
import { findHold } from './lifecycle-hold.ts';
import { lifecycleAt } from './lifecycle-state.ts';
import { beginApproval, followDecision } from './plan-decision.ts';
import { planAssetWait } from './plan-asset-wait.ts';
import { beginConditional, beginGroup, type FollowedParts, followContainer } from './plan-container.ts';
import { beginDeliberation, followDeliberation } from './plan-deliberation.ts';
import { beginLoop, followLoop } from './plan-loop.ts';
import { beginValidation } from './plan-validation.ts';
import { pathOf, type Place } from './place.ts';
import { hasReadReferences } from './resolve-step.ts';
import { effectivePolicy, retryDelayMs } from './retry-delay.ts';
import type { Run } from './run.ts';
import { councilInPods } from './stage-nodes.ts';
import { startAttempt } from './start-attempt.ts';
import { isEnded, isUnderWay, stateOf, type StepState } from './step-state.ts';
import { stepReasons } from './step-reasons.ts';
import { whenAnArtifactIsGone } from './when-an-artifact-is-gone.ts';

/**
 * What a step may do now: `go` on; `hold`: begin nothing, for the moment; `stop`: begin nothing ever, because what it is
 * a part of ends.
 */
export type Leave = 'go' | 'hold' | 'stop';

/** A rule looks at a step and says whether it has settled what happens to it now. */
type Rule = (run: Run, place: Place, leave: Leave) => boolean;

/** What becomes of a step that has not begun, in the order in which it is decided: the first rule that settles it wins. */
const startRules: readonly Rule[] = [
  whenItMayNeverBegin,
  whenItIsNotActivated,
  whenADependencyHasNotSucceeded,
  whenItHasToHold,
  whenItsConditionIsFalse,
  begin,
];

/** What becomes of a step that has begun. */
const followRules: readonly Rule[] = [
  whenAnAttemptIsOpen,
  whenItIsMadeOfOthers,
  whenItsFallbackRuns,
  whenItWaitsAndMayNotGoOn,
  whenARetryIsDue,
  whenPeopleDecide,
  whenItWaitsForSomethingElse,
];

/** Moves one step on, as far as it can go now. */
export function planStep(run: Run, place: Place, leave: Leave): void {
  const record = run.record(pathOf(place));
  if (record !== undefined && isEnded(record)) return;
  const rules = isUnderWay(record) ? followRules : startRules;
  rules.some((rule) => rule(run, place, leave));
  // What is made of others goes on with them at once, so that steps begin in the order of the document.
  if (rules === startRules) whenItIsMadeOfOthers(run, place, leave);
  whenAnArtifactIsGone(run, place);
}

function whenItMayNeverBegin(_run: Run, _place: Place, leave: Leave): boolean {
  return leave === 'stop';
}

/** Child steps, and the steps that a route brings, run when they are activated; they are skipped when nothing can any more. */
function whenItIsNotActivated(run: Run, place: Place): boolean {
  const { node, frame } = place;
  const isRouted = node.placement === 'route';
  if (!isRouted && node.step.isChild !== true) return false;
  if (run.record(pathOf(place))?.activatedBy !== undefined) return false;
  const activators = isRouted ? [] : node.activators.filter(({ through }) => through !== 'compensate');
  const mayStillBe = isRouted
    ? node.parent !== undefined && stateOf(run, node.parent, frame) === 'open'
    : activators.some(({ by }) => stateOf(run, by, frame) === 'open');
  if (!mayStillBe) skip(run, place, stepReasons.notActivated, 'nothing activated it');
  return true;
}

function whenADependencyHasNotSucceeded(run: Run, place: Place): boolean {
  const { node, frame } = place;
  for (const { on, until } of node.dependencies) {
    const state = stateOf(run, on, frame);
    if (state === 'open') return true;
    if (state === 'Succeeded' || until === 'ended') continue;
    const reason = state === 'Skipped' ? stepReasons.dependencySkipped : stepReasons.dependencyFailed;
    const home = frameOf(on, frame);
    skip(
      run,
      place,
      reason,
      `${home ? pathIn(home, on) : on.name} was ${state === 'Skipped' ? 'skipped' : 'not successful'}`,
    );
    return true;
  }
  return false;
}

function whenItHasToHold(run: Run, place: Place, leave: Leave): boolean {
  if (leave === 'hold' || !hasRoomFor(run, place)) return true;
  const hold = findHold(run, place);
  if (hold === undefined) return false;
  const step = pathOf(place);
  const message = clipMessage(hold.message);
  // The state does not change any more once the exit steps run.
  if (run.isMainOver) skip(run, place, stepReasons.conditionFalse, message);
  // What a lifecycle waits for in its state is told once, not for each step that comes later.
  else if (lifecycleAt(run) === undefined)
    run.waitFor({ kind: 'dependency', name: hold.name, step, since: run.startedAt ?? run.now, message });
  return true;
}

/** Only attempts count: what a step is made of counts by itself, and waiting for people or assets costs nothing. */
function hasRoomFor(run: Run, { node }: Place): boolean {
  return !runsAttempts(run, node) || run.openAttempts < (run.observed.pinned.spec.execution.maxParallel ?? 16);
}

function whenItsConditionIsFalse(run: Run, place: Place): boolean {
  const { node, frame } = place;
  if (node.step.when === undefined) return false;
  if (!hasReadReferences(run, node, frame)) return true;
  const condition = evaluate(run, frame, { text: node.step.when });
  if ('problem' in condition) {
    const failure = { reason: stepReasons.expressionFailed, message: condition.problem.message };
    fail(run, place, run.record(pathOf(place)), failure);
  } else if (!condition.value)
    skip(run, place, stepReasons.conditionFalse, `its condition is false: ${node.step.when}`);
  return 'problem' in condition || !condition.value;
}

type Beginning = (run: Run, place: Place, record: StepStatus | undefined) => void;

const beginnings: Partial<Record<string, Beginning>> = {
  loop: beginLoop,
  parallel_group: beginGroup,
  conditional: beginConditional,
  approval: beginApproval,
  validation: beginValidation,
};

function begin(run: Run, place: Place): boolean {
  const { node } = place;
  const record = run.record(pathOf(place));
  const deliberation = councilInPods(run.observed.pinned, node);
  const usual = runsAttempts(run, node) ? startAttempt : planAssetWait;
  if (deliberation !== undefined) beginDeliberation(run, place, record, deliberation);
  else (beginnings[node.step.type] ?? usual)(run, place, record);
  return true;
}

/** Whether something outside of the planner executes a step as a whole. */
function runsAttempts(run: Run, node: Place['node']): boolean {
  const { step } = node;
  if (councilInPods(run.observed.pinned, node) !== undefined) return false;
  if (step.type === 'wait_for_asset') return step.http !== undefined || step.object !== undefined;
  return !Object.hasOwn(beginnings, step.type);
}

function whenAnAttemptIsOpen(run: Run, place: Place): boolean {
  const record = run.record(pathOf(place));
  if (record === undefined || openAttempt(record) === undefined) return false;
  followAttempt(run, place, record);
  return true;
}

function whenItIsMadeOfOthers(run: Run, place: Place, leave: Leave): boolean {
  const record = run.record(pathOf(place));
  if (record?.reason !== stepReasons.partsRunning) return false;
  const parts = councilInPods(run.observed.pinned, place.node);
  // The stages of a deliberation share its time, and whoever is late leaves the others.
  if (parts !== undefined) followDeliberation(run, place, { record, leave, parts });
  else if (!hasTimedOut(run, place, record)) followParts(run, place, { record, leave });
  return true;
}

function followParts(run: Run, place: Place, followed: FollowedParts): void {
  (place.node.step.type === 'loop' ? followLoop : followContainer)(run, place, followed);
}

/** A step that is made of others has a timeout only when it says so itself: theirs are their own. */
function hasTimedOut(run: Run, place: Place, { startedAt }: StepStatus): boolean {
  const { timeoutSeconds } = place.node.step;
  if (timeoutSeconds === undefined || startedAt === undefined) return false;
  const deadlineMs = Date.parse(startedAt) + timeoutSeconds * 1000;
  if (deadlineMs > run.nowMs) {
    run.wakeAt(deadlineMs);
    return false;
  }
  cancelParts(run, place, stepReasons.timedOut);
  fail(run, place, run.record(pathOf(place)), {
    reason: stepReasons.timedOut,
    message: `it took longer than ${timeoutSeconds} s`,
  });
  return true;
}

/** The step that failed counts as succeeded as soon as its fallback has. */
function whenItsFallbackRuns(run: Run, place: Place, leave: Leave): boolean {
  const record = run.record(pathOf(place));
  if (record?.reason !== stepReasons.fallbackRunning) return false;
  const state = stateOfFallback(run, place, leave);
  if (state === 'open') return true;
  const { message } = record;
  setEnded(run, place, record, {
    ...(state === 'Succeeded'
      ? { phase: state, reason: stepReasons.fallbackUsed }
      : { phase: 'Failed', reason: stepReasons.fallbackFailed }),
    ...defined({ message }),
  });
  return true;
}

/** How the fallback has ended; one that has not begun never will when what it is a part of ends. */
function stateOfFallback(run: Run, { node, frame }: Place, leave: Leave): StepState {
  const fallback = run.graph.byName.get(node.step.onError?.fallbackStep ?? '');
  const home = fallback && frameOf(fallback, frame);
  if (fallback === undefined || home === undefined) return 'Failed';
  const state = stateOf(run, fallback, frame);
  return state === 'open' && leave === 'stop' && !isUnderWay(run.record(pathIn(home, fallback))) ? 'Failed' : state;
}

/** What waits is ended when what it is a part of ends: it would wait for ever. */
function whenItWaitsAndMayNotGoOn(run: Run, place: Place, leave: Leave): boolean {
  const record = run.record(pathOf(place));
  if (record === undefined || leave !== 'stop') return false;
  const hasFailed = record.reason === stepReasons.waitingToRetry;
  const message = hasFailed
    ? `${record.message ?? ''}; it is not tried again`
    : 'the run, or what it is a part of, ends';
  setEnded(run, place, record, { phase: hasFailed ? 'Failed' : 'Cancelled', reason: stepReasons.runEnded, message });
  closeGate(run, pathOf(place));
  return true;
}

function whenARetryIsDue(run: Run, place: Place, leave: Leave): boolean {
  const record = run.record(pathOf(place));
  if (record?.reason !== stepReasons.waitingToRetry) return false;
  const retryMs = retryDueMs(run, place, record);
  if (retryMs > run.nowMs) {
    run.wakeAt(retryMs);
    const retryAt = new Date(retryMs).toISOString();
    if (retryAt !== record.retryAt) run.setRecord({ ...record, retryAt });
    const { path: step, startedAt: since = run.now, message = '' } = record;
    run.waitFor({
      kind: 'retry',
      name: step,
      step,
      since,
      message: `${message}; tried again at ${retryAt}`.slice(0, 1024),
    });
  } else if (leave === 'go' && hasRoomFor(run, place) && findHold(run, place) === undefined)
    startAttempt(run, place, record);
  return true;
}

/** Never later than the policy says from now on: whoever recorded the time may have had a clock that was ahead. */
function retryDueMs(run: Run, { node }: Place, { retryAt, failures = 1 }: StepStatus): number {
  const policy = effectivePolicy(node.step.retryPolicy, run.observed.pinned.spec.defaults.retryPolicy);
  return Math.min(Date.parse(retryAt ?? run.now), run.nowMs + retryDelayMs(policy, failures));
}

function whenPeopleDecide(run: Run, place: Place): boolean {
  const record = run.record(pathOf(place));
  if (record?.reason !== stepReasons.waitingForDecision) return false;
  followDecision(run, place, record);
  return true;
}

function whenItWaitsForSomethingElse(run: Run, place: Place, leave: Leave): boolean {
  // What it may do may have been taken back since it began to wait.
  if (leave === 'go' && findHold(run, place) === undefined) begin(run, place);
  return true;
}
