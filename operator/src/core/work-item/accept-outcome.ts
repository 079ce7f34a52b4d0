import type { JsonObject } from '../../api/json.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { findMethod, methodNameOf } from '../pipeline/step-methods.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { closeAttempt } from './attempts.ts';
import { fillCache } from './check-cache.ts';
import { clipMessage } from './clip-message.ts';
import { fail, succeed } from './finish-step.ts';
import type { AttemptOutcome } from './observed.ts';
import { findAssets, waitForEach } from './plan-asset-wait.ts';
import { openStepGate } from './plan-decision.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { recordDeliberation } from './record-deliberation.ts';
import { effectivePolicy, mayBeRetried, retryDelayMs } from './retry-delay.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';

/** A failed attempt, as the retry policy looks at it. */
interface AttemptFailure {
  readonly reason: string;
  readonly message?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly retryable?: boolean | undefined;
}

/** An attempt that has ended, and how. */
export interface EndedAttempt {
  readonly record: StepStatus;
  readonly attempt: Attempt;
  readonly outcome: AttemptOutcome;
}

/** Records how an attempt ended, and what follows for its step. */
export function acceptOutcome(run: Run, place: Place, ended: EndedAttempt): void {
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

function acceptSuccess(run: Run, place: Place, ended: EndedAttempt): void {
  const outcome = withAssets(run, place, ended);
  if (outcome === undefined) return;
  const closed = withClosed(run, ended, { result: 'Succeeded' });
  const success = { reason: stepReasons.completed, outputs: outcome.outputs, outputsRef: outcome.outputsRef };
  // Until its result is read, the attempt stays open: nothing is lost when the operator ends here.
  if (!succeed(run, place, closed, success)) return;
  fillCache(run, place);
  recordDeliberation(run, place, { attempt: ended.attempt.number, resultDigest: outcome.resultDigest });
}

/** A look outside that found what it looked for is enough only when the assets are there too that the step waits for. */
function withAssets(
  run: Run,
  { node, frame }: Place,
  { record, attempt, outcome }: EndedAttempt,
): AttemptOutcome | undefined {
  if (node.step.type !== 'wait_for_asset' || node.step.assets === undefined) return outcome;
  const names = resolveTemplates(node.step.assets, scopeAt(run, frame));
  const found = 'value' in names ? findAssets(run, names.value as readonly string[]) : 'unread';
  if (found === 'unread') return undefined;
  if ('assets' in found) return withOutputs(run, outcome, found);
  waitForEach(run, found.missing, { step: record.path, since: attempt.startedAt ?? record.startedAt ?? run.now });
  return undefined;
}

/** An outcome with more outputs; undefined while those that it has must be read first. */
function withOutputs(run: Run, outcome: AttemptOutcome, more: JsonObject): AttemptOutcome | undefined {
  const { outputs, outputsRef, ...rest } = outcome;
  const given = outputsRef === undefined ? outputs : (run.artifact(outputsRef.digest) as JsonObject | undefined);
  return outputsRef !== undefined && given === undefined ? undefined : { ...rest, outputs: { ...given, ...more } };
}

/** The record with its attempt closed, and nothing of it kept that nobody needs any more. */
function withClosed(
  run: Run,
  { record, attempt, outcome }: EndedAttempt,
  ending: Partial<Attempt> & Required<Pick<Attempt, 'result'>>,
) {
  const { used, resultDigest } = outcome;
  const closed = closeAttempt(attempt, {
    ...defined({ used, resultDigest }),
    ...ending,
  });
  return { ...record, attempts: [...(record.attempts ?? []).slice(0, -1), closed] };
}

/** Records a failed attempt: it is tried again, or the step has failed. */
export function registerFailure(run: Run, place: Place, ended: EndedAttempt, failure: AttemptFailure): void {
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
function acceptDisruption(run: Run, place: Place, ended: EndedAttempt): void {
  const { reason = stepReasons.disrupted, message } = ended.outcome;
  const record = withClosed(run, ended, {
    ...{ result: 'Disrupted' as const, reason: clipReason(reason) },
    ...(message === undefined ? {} : { message: clipMessage(message) }),
  });
  waitToRetry(run, place, { record, delayMs: 0, what: `disrupted: ${message ?? reason}` });
}

/** The answer was lost. Whether the call may be sent again is up to its Method. */
function acceptUnknown(run: Run, place: Place, ended: EndedAttempt): void {
  const name = methodNameOf(place.node.step);
  const method = name === undefined ? undefined : findMethod(run.observed.pinned.methods, name);
  const mayRepeat = method?.spec.idempotent === true || method?.spec.onUnknown === 'retry';
  // Iterations have no gates of their own.
  if (!mayRepeat && method?.spec.onUnknown === 'gate' && place.frame.loop === undefined) {
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
