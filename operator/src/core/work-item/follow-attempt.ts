import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { findMethod, methodNameOf } from '../pipeline/step-methods.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { closeAttempt, openAttempt } from './attempts.ts';
import { fillCache } from './check-cache.ts';
import { clipMessage } from './clip-message.ts';
import { fail, succeed } from './finish-step.ts';
import type { AttemptOutcome, ObservedAttempt } from './observed.ts';
import { openStepGate } from './plan-decision.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { effectivePolicy, mayBeRetried, retryDelayMs } from './retry-delay.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';
import { arrivedAsset } from './find-asset.ts';

/** A failed attempt, as the retry policy looks at it. */
interface AttemptFailure {
  readonly reason: string;
  readonly message?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly retryable?: boolean | undefined;
}

/** Follows the attempt that is under way: takes its result, or ends it when it takes too long. */
export function followAttempt(run: Run, place: Place, record: StepStatus): void {
  const attempt = openAttempt(record);
  if (attempt === undefined) return;
  const child = run.child(record.path, attempt.number);
  const outcome = child?.outcome ?? eventOutcome(run, place);
  if (outcome !== undefined) acceptOutcome(run, place, { record, attempt, outcome });
  else if (!hasTimedOut(run, place, { record, attempt, child })) watchAttempt(run, { record, attempt, child });
}

/** An attempt that is under way, and what is seen of it. */
interface Watched {
  readonly record: StepStatus;
  readonly attempt: Attempt;
  readonly child: ObservedAttempt | undefined;
}

const sinceWhen = (run: Run, { record, attempt }: Watched) => attempt.startedAt ?? record.startedAt ?? run.now;

function hasTimedOut(run: Run, place: Place, watched: Watched): boolean {
  const { record, attempt, child } = watched;
  const seconds = timeoutSecondsOf(run, place);
  const deadlineMs = Date.parse(sinceWhen(run, watched)) + seconds * 1000;
  if (deadlineMs > run.nowMs) {
    run.wakeAt(deadlineMs);
    return false;
  }
  // What it waited for all the time is why: the scheduler's own words.
  const message = [`it took longer than ${seconds} s`, child?.waitingFor?.message].filter((part) => part).join('; ');
  const ended = { record, attempt, outcome: { result: 'Failed' as const } };
  registerFailure(run, place, ended, { reason: stepReasons.timedOut, message });
  return true;
}

function watchAttempt(run: Run, watched: Watched): void {
  const { record, attempt, child } = watched;
  // The Job's UID, once seen, tells one that was deleted from one that was never made.
  if (child?.jobUid !== undefined && attempt.jobUid === undefined) {
    const attempts = [...(record.attempts ?? []).slice(0, -1), { ...attempt, jobUid: child.jobUid }];
    run.setRecord({ ...record, attempts });
  }
  if (child?.waitingFor === undefined) return;
  const message = clipMessage(child.waitingFor.message);
  run.waitFor({ ...child.waitingFor, message, step: record.path, since: sinceWhen(run, watched) });
}

/** Most that one attempt of a step may take, in seconds. */
export function timeoutSecondsOf(run: Run, { node }: Place): number {
  const { spec, methods } = run.observed.pinned;
  const name = methodNameOf(node.step);
  const method = name === undefined ? undefined : findMethod(methods, name);
  return node.step.timeoutSeconds ?? method?.spec.timeoutSeconds ?? spec.defaults.timeoutSeconds;
}

/** A transformation ends when the event of its asset arrives, which may be before it is asked for. */
function eventOutcome(run: Run, { node, frame }: Place): AttemptOutcome | undefined {
  if (node.step.type !== 'data_transform') return undefined;
  const asset = resolveTemplates(node.step.asset, scopeAt(run, frame));
  const arrived = 'value' in asset && typeof asset.value === 'string' ? arrivedAsset(run, asset.value) : undefined;
  return arrived && { result: 'Succeeded', outputs: asObject(arrived.value ?? {}) };
}

const asObject = (value: JsonValue): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : { value };

interface Ended {
  readonly record: StepStatus;
  readonly attempt: Attempt;
  readonly outcome: AttemptOutcome;
}

function acceptOutcome(run: Run, place: Place, ended: Ended): void {
  const { outcome } = ended;
  switch (outcome.result) {
    case 'Succeeded':
      acceptSuccess(run, place, ended);
      return;
    case 'Failed':
      registerFailure(run, place, ended, { ...outcome, reason: outcome.reason ?? 'Failed' });
      return;
    case 'Unknown':
      acceptUnknown(run, place, ended);
      return;
    case 'Disrupted':
    case 'Cancelled':
      acceptDisruption(run, place, ended);
  }
}

function acceptSuccess(run: Run, place: Place, ended: Ended): void {
  const { record, outcome } = ended;
  const closed = withClosed(run, ended, { result: 'Succeeded' });
  const success = { reason: stepReasons.completed, outputs: outcome.outputs, outputsRef: outcome.outputsRef };
  const isTaken = succeed(run, place, closed, success);
  // Until its result is read, the attempt stays open: nothing is lost when the operator ends here.
  if (!isTaken) run.setRecord(record);
  else fillCache(run, place);
}

/** The record with its attempt closed, and nothing of it kept that nobody needs any more. */
function withClosed(
  run: Run,
  { record, attempt, outcome }: Ended,
  ending: Partial<Attempt> & Required<Pick<Attempt, 'result'>>,
) {
  const { used, resultDigest } = outcome;
  const closed = closeAttempt(attempt, {
    ...defined({ used, resultDigest }),
    ...ending,
  });
  return { ...record, attempts: [...(record.attempts ?? []).slice(0, -1), closed] };
}

function registerFailure(run: Run, place: Place, ended: Ended, failure: AttemptFailure): void {
  const { record } = ended;
  const { reason, message = '', exitCode, retryable } = failure;
  const failures = (record.failures ?? 0) + 1;
  const closed = {
    ...withClosed(run, ended, {
      ...{ result: 'Failed' as const, reason: clipReason(reason), finishedAt: run.now },
      ...(message === '' ? {} : { message: clipMessage(message) }),
      ...defined({ exitCode, retryable }),
    }),
    failures,
  };
  const policy = effectivePolicy(place.node.step.retryPolicy, run.observed.pinned.spec.defaults.retryPolicy);
  const canMend = mayBeRetried(policy, { reason, retryable });
  const what = `attempt ${failures} of ${canMend ? policy.maxAttempts : failures} failed: ${reason}${message === '' ? '' : `: ${message}`}`;
  if (canMend && failures < policy.maxAttempts)
    waitToRetry(run, place, { record: closed, delayMs: retryDelayMs(policy, failures), what });
  else fail(run, place, closed, { reason: reasonOf(reason, canMend), message: what });
}

function reasonOf(reason: string, canMend: boolean): string {
  if (reason === stepReasons.timedOut || reason === stepReasons.outcomeUnknown) return reason;
  return canMend ? stepReasons.attemptsExhausted : stepReasons.notRetryable;
}

interface Delay {
  readonly record: StepStatus;
  readonly delayMs: number;
  readonly what: string;
}

function waitToRetry(run: Run, place: Place, { record, delayMs, what }: Delay): void {
  const retryAt = new Date(run.nowMs + delayMs).toISOString();
  run.setRecord({
    ...historyOf(record, pathOf(place)),
    phase: 'Waiting',
    reason: stepReasons.waitingToRetry,
    message: clipMessage(what),
    retryAt,
  });
}

/** No fault of the step: a new attempt follows at once, and none of its retries is used up. */
function acceptDisruption(run: Run, place: Place, ended: Ended): void {
  const { reason = stepReasons.disrupted, message } = ended.outcome;
  const record = withClosed(run, ended, {
    ...{ result: 'Disrupted' as const, reason: clipReason(reason) },
    ...(message === undefined ? {} : { message: clipMessage(message) }),
  });
  waitToRetry(run, place, { record, delayMs: 0, what: `disrupted: ${message ?? reason}` });
}

/** The answer was lost. Whether the call may be sent again is up to its Method. */
function acceptUnknown(run: Run, place: Place, ended: Ended): void {
  const name = methodNameOf(place.node.step);
  const method = name === undefined ? undefined : findMethod(run.observed.pinned.methods, name);
  const mayRepeat = method?.spec.idempotent === true || method?.spec.onUnknown === 'retry';
  if (!mayRepeat && method?.spec.onUnknown === 'gate') {
    const closed = withClosed(run, ended, { result: 'Unknown', reason: stepReasons.outcomeUnknown });
    openStepGate(run, place, closed);
    return;
  }
  registerFailure(run, place, ended, {
    reason: stepReasons.outcomeUnknown,
    message: ended.outcome.message ?? 'the answer was lost, and the call may have been made',
    retryable: mayRepeat,
  });
}

const clipReason = (reason: string) => (reason === '' ? 'Failed' : reason.slice(0, 128));
