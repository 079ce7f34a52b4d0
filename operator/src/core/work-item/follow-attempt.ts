import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { acceptOutcome, registerFailure } from './accept-outcome.ts';
import { timeoutSecondsOf } from './attempt-timeout.ts';
import { openAttempt } from './attempts.ts';
import { clipMessage } from './clip-message.ts';
import { arrivedAsset } from './find-asset.ts';
import type { AttemptOutcome, ObservedAttempt } from './observed.ts';
import type { Place } from './place.ts';
import { progressNow } from './record-progress.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';

/** What is not known yet of an attempt that has ended comes by itself, or is asked for again after this long. */
const lookAgainMs = 2_000;

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
  const { record, child } = watched;
  recordSeen(run, watched);
  if (child?.isBehind === true) run.wakeAt(run.nowMs + lookAgainMs);
  if (child?.waitingFor === undefined) return;
  const message = clipMessage(child.waitingFor.message);
  run.waitFor({ ...child.waitingFor, message, step: record.path, since: sinceWhen(run, watched) });
}

function recordSeen(run: Run, { record, attempt, child }: Watched): void {
  // The Job's UID, once seen, tells one that was deleted from one that was never made.
  const jobUid = attempt.jobUid ?? child?.jobUid;
  const progress = progressNow(run, attempt, child?.progress);
  if (jobUid !== attempt.jobUid || progress !== attempt.progress) {
    const attempts = [...(record.attempts ?? []).slice(0, -1), { ...attempt, ...defined({ jobUid, progress }) }];
    run.setRecord({ ...record, attempts });
  }
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
