import type { StepStatus } from '../../api/step-status.ts';
import { deliberationSeconds, stagesOf } from '../council/seats.ts';
import { defined } from '../defined.ts';
import { cancelStep } from './cancel-steps.ts';
import { concludeStep } from './conclude-step.ts';
import { endStage } from './end-stage.ts';
import { setEnded } from './finish-step.ts';
import { type Frame, pathIn } from './frame.ts';
import type { Place } from './place.ts';
import { planBody } from './plan-body.ts';
import { type FollowedParts, setRunning } from './plan-container.ts';
import { rangesTest } from './ranges.ts';
import type { Run } from './run.ts';
import { type CouncilInPods, stageFrame } from './stage-nodes.ts';
import { makeReady } from './start-attempt.ts';
import { stepReasons } from './step-reasons.ts';

/**
 * Begins a deliberation whose members have pods of their own. Its stages are like iterations of a loop, one after the other: the
 * rounds of proposals, then the judging.
 */
export function beginDeliberation(run: Run, place: Place, record: StepStatus | undefined, parts: CouncilInPods): void {
  // All that it may cost has to be there before anything is spent. Its attempts reserve their shares of it.
  if (makeReady(run, place, record) === undefined) return;
  const { attemptsBefore, used } = record?.iterations ?? {};
  const count = stagesOf(parts.council);
  setRunning(run, place, record, { startedAt: run.now, iterations: { count, ...defined({ attemptsBefore, used }) } });
}

/** What a deliberation is followed with. */
interface FollowedDeliberation extends FollowedParts {
  readonly parts: CouncilInPods;
}

/** Moves the stage on that is under way, and ends the step when all stages are over. */
export function followDeliberation(run: Run, place: Place, { record, leave, parts }: FollowedDeliberation): void {
  const stage = stageOf(record);
  if (stage === undefined) {
    concludeStep(run, place, record, parts);
    return;
  }
  const frame = stageFrame(place, parts, stage);
  const { state } = planBody(run, { nodes: frame.loop?.children ?? [], frame, leave, slots: Infinity });
  const isOver = state === 'open' && leave !== 'hold' && isTimeOver(run, record, { parts, frame });
  if (isOver) endThoseWhoAreLate(run, frame);
  if (isOver || state === 'succeeded') endStage(run, place, { record, parts, frame });
  else if (state !== 'open') setEnded(run, place, record, { phase: 'Cancelled', reason: stepReasons.runEnded });
}

/** The first stage that is neither over nor left out. */
function stageOf({ iterations = { count: 0 } }: StepStatus): number | undefined {
  const isOver = [iterations.succeeded, iterations.skipped].map(rangesTest);
  const stages = Array.from({ length: iterations.count }, (_, stage) => stage);
  return stages.find((stage) => !isOver.some((test) => test(stage)));
}

/**
 * Stages have equal shares of the time that the deliberation may take, and what is left of one is for the others. Whoever has not
 * answered by then has failed, which leaves the others: so the deliberation itself always comes to its end. Time in which nobody
 * could begin, because the run was suspended, the operator was away or others took all places, is no part of it.
 */
function isTimeOver(
  run: Run,
  { startedAt = run.now }: StepStatus,
  { parts, frame }: { readonly parts: CouncilInPods; readonly frame: Frame },
): boolean {
  const { council, stepSeconds } = parts;
  const begun = (frame.loop?.children ?? []).flatMap((node) => run.record(pathIn(frame, node))?.startedAt ?? []);
  if (begun.length === 0) return false;
  const shareMs = Math.ceil((deliberationSeconds(council, stepSeconds) * 1000) / stagesOf(council));
  const begunMs = Math.min(...begun.map((at) => Date.parse(at)));
  const deadlineMs = Math.max(Date.parse(startedAt) + shareMs * (frame.index + 1), begunMs + shareMs);
  if (deadlineMs > run.nowMs) run.wakeAt(deadlineMs);
  return deadlineMs <= run.nowMs;
}

/** What they were asked is stopped, as everything that is no longer wanted. */
function endThoseWhoAreLate(run: Run, frame: Frame): void {
  for (const node of frame.loop?.children ?? []) {
    const path = pathIn(frame, node);
    cancelStep(run, run.record(path), stepReasons.timedOut);
    const ended = run.record(path);
    // What is read of the others may take another plan: until then it has to count as one of those who have spoken.
    if (ended?.phase === 'Cancelled') run.setRecord({ ...ended, phase: 'Failed', message: tooLate });
  }
}

const tooLate = 'it had said nothing when the time of the stage was over';
