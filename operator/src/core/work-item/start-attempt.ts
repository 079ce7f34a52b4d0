import type { StepStatus } from '../../api/step-status.ts';
import type { Usage } from '../../api/usage.ts';
import { worstCaseOf } from '../estimate/worst-case.ts';
import { defined } from '../defined.ts';
import { nextNumber, withAttempt } from './attempts.ts';
import { mayReserve } from './budget.ts';
import { checkCache } from './check-cache.ts';
import { fail } from './finish-step.ts';
import { type Frame, pathIn } from './frame.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { resolveStep, type ResolvedStep } from './resolve-step.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';

/** Records the next attempt of a step. It is started by the action that follows from the record. */
export function startAttempt(run: Run, place: Place, record: StepStatus | undefined): void {
  if (numberAfter(run, place, record) > highestAttempt) {
    const message = `it was disrupted again and again: ${highestAttempt} attempts are on record`;
    fail(run, place, record, { reason: stepReasons.attemptsExhausted, message });
    return;
  }
  const ready = makeReady(run, place, record);
  if (ready !== undefined) recordAttempt(run, place, { record, ...ready });
}

/** What a step is begun with. */
export interface ReadyStep {
  readonly resolved: ResolvedStep;
  /** What it may cost at most. */
  readonly reserved: Usage;
}

/**
 * What a step needs to begin; undefined while it cannot, or when it need not any more, which is recorded: an input has no value,
 * the cache has its result, or what it may cost may not be spent.
 */
export function makeReady(run: Run, place: Place, record: StepStatus | undefined): ReadyStep | undefined {
  const resolution = resolveStep(run, place.node, place.frame);
  if (resolution === 'unread') return undefined;
  if ('problem' in resolution) {
    const { message } = resolution.problem;
    fail(run, place, record, { reason: stepReasons.inputUnresolved, message });
    return undefined;
  }
  const { resolved } = resolution;
  if (checkCache(run, place, { record, resolved }) === 'settled') return undefined;
  const reserved = worstCaseOf(resolved.step, run.observed.pinned, seatCase(place, resolved));
  const verdict = mayReserve(run, reserved);
  if (verdict === 'yes') return { resolved, reserved };
  if (verdict === 'later') waitForBudget(run, place, record);
  else fail(run, place, record, { reason: stepReasons.budgetExceeded, message: verdict.message });
  return undefined;
}

const seatCase = ({ node: { seat } }: Place, { seat: seated }: ResolvedStep) =>
  seat && seated && { seat, maxTokens: seated.maxTokens };

/** Numbers of attempts that a record can hold. */
const highestAttempt = 10_000;

interface AttemptParts extends ReadyStep {
  readonly record: StepStatus | undefined;
}

function recordAttempt(run: Run, place: Place, { record, resolved, reserved }: AttemptParts): void {
  const path = pathOf(place);
  const history = historyOf(record, path);
  const number = numberAfter(run, place, record);
  const round = history.round ?? roundOfLoop(run, place.frame);
  // The first begins with its step, which says so already.
  const startedAt = history.startedAt === undefined ? undefined : run.now;
  run.setRecord({
    ...{ startedAt: run.now, ...history, ...defined({ round }) },
    ...{ phase: 'Running', reason: stepReasons.attemptRunning },
    attempts: withAttempt(history.attempts, {
      ...{ number, ...defined({ round, startedAt }) },
      specDigest: resolved.specDigest,
      ...(Object.keys(reserved).length === 0 ? {} : { reserved }),
    }),
  });
}

/** What an iteration does when its loop has begun again is of the loop's round. */
function roundOfLoop(run: Run, { loop, parent }: Frame): number | undefined {
  if (loop === undefined || parent === undefined) return undefined;
  return run.record(pathIn(parent, loop))?.round ?? roundOfLoop(run, parent);
}

const numberAfter = (run: Run, { frame }: Place, record: StepStatus | undefined) =>
  Math.max(nextNumber(record ?? {}), numbersBefore(run, frame) + 1);

/** Attempts of an iteration that begins again left no record, but their Jobs had numbers: none is given twice. */
function numbersBefore(run: Run, frame: Frame): number {
  let highest = 0;
  for (let each = frame; each.loop !== undefined && each.parent !== undefined; each = each.parent)
    highest = Math.max(highest, run.record(pathIn(each.parent, each.loop))?.iterations?.attemptsBefore ?? 0);
  return highest;
}

function waitForBudget(run: Run, place: Place, record: StepStatus | undefined): void {
  const path = pathOf(place);
  const message = 'what may still be spent is reserved by other steps of the run';
  run.waitFor({ kind: 'budget', name: path, step: path, since: run.now, message });
  if (record?.reason !== stepReasons.waitingForBudget)
    run.setRecord({
      startedAt: run.now,
      ...historyOf(record, path),
      phase: 'Waiting',
      reason: stepReasons.waitingForBudget,
      message,
    });
}
