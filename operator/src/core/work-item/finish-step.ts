import type { JsonObject } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { clipMessage } from './clip-message.ts';
import { activateStep, takeWays } from './activate.ts';
import type { OutputsRef } from './observed.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { recordAssets } from './record-assets.ts';
import { hasReadResultReferences } from './resolve-step.ts';
import type { Run } from './run.ts';
import { shapeOutputs } from './shape-outputs.ts';
import { stepReasons } from './step-reasons.ts';

/** How a step has come to its result. */
export interface Success {
  readonly reason: string;
  readonly outputs?: JsonObject | undefined;
  readonly outputsRef?: OutputsRef | undefined;
  readonly message?: string;
}

/** Why a step has failed. */
export interface StepFailure {
  readonly reason: string;
  readonly message: string;
}

/**
 * Records that a step has succeeded, and all that follows: its assets, the steps that its checks and routes activate. Gives
 * false when its result, or what these refer to, has to be read first.
 */
export function succeed(run: Run, place: Place, record: StepStatus | undefined, success: Success): boolean {
  const { outputs, check, onSuccess } = place.node.step;
  const isRead = outputs !== undefined || check !== undefined || onSuccess !== undefined;
  const content = contentOf(run, success, isRead);
  const hasReadOthers = !isRead || hasReadResultReferences(run, place.node, place.frame);
  if (content === 'unread' || !hasReadOthers) return false;
  const shaped = shapeOutputs(outputs, content);
  if ('missing' in shaped) {
    fail(run, place, record, { reason: stepReasons.outputMissing, message: shaped.missing });
    return true;
  }
  const placed = placeResult(run, success, shaped.outputs === content ? undefined : shaped.outputs);
  setEnded(run, place, record, { phase: 'Succeeded', reason: success.reason, ...describe(success.message), ...placed });
  const problem = recordAssets(run, place, shaped.outputs) ?? takeWays(run, place, shaped.outputs);
  if (problem !== undefined) fail(run, place, run.record(pathOf(place)), problem);
  return true;
}

/** The outputs, where anything looks into them; they may have to be read first. */
function contentOf(run: Run, { outputs, outputsRef }: Success, isRead: boolean): JsonObject | 'unread' {
  if (outputs !== undefined || outputsRef === undefined || !isRead) return outputs ?? {};
  return (run.artifact(outputsRef.digest) as JsonObject | undefined) ?? 'unread';
}

/** What the record says of the outputs: where they are already, or where they are put. */
function placeResult(run: Run, { outputs, outputsRef }: Success, shaped: JsonObject | undefined): Partial<StepStatus> {
  if (outputsRef !== undefined && shaped === undefined) return { outputsRef };
  const result = shaped ?? outputs ?? {};
  return Object.keys(result).length === 0 ? {} : run.placeOutputs(result);
}

/** Records that a step has failed for good, or that its fallback has to try now. */
export function fail(run: Run, place: Place, record: StepStatus | undefined, failure: StepFailure): void {
  const fallback = place.node.step.onError?.fallbackStep;
  if (fallback !== undefined && activateStep(run, place, fallback)) {
    const history = historyOf(record, pathOf(place));
    const message = clipMessage(`${failure.message} (its fallback ${fallback} runs)`);
    run.setRecord({ startedAt: run.now, ...history, phase: 'Waiting', reason: stepReasons.fallbackRunning, message });
  } else setEnded(run, place, record, { phase: 'Failed', reason: failure.reason, ...describe(failure.message) });
}

/** Records that a step will not run, and why. */
export function skip(run: Run, place: Place, reason: string, message: string): void {
  const { path, activatedBy, round } = historyOf(run.record(pathOf(place)), pathOf(place));
  const why = { phase: 'Skipped' as const, reason, ...describe(message) };
  run.setRecord({ path, ...defined({ activatedBy, round }), ...why, finishedAt: run.now });
}

/** Writes the last record of a step. */
export function setEnded(
  run: Run,
  place: Place,
  record: StepStatus | undefined,
  ending: Partial<StepStatus> & Pick<StepStatus, 'phase' | 'reason'>,
): void {
  run.setRecord({
    startedAt: run.now,
    ...historyOf(record, pathOf(place)),
    ...defined({ branch: record?.branch }),
    finishedAt: run.now,
    ...ending,
  });
}

const describe = (message: string | undefined) =>
  message === undefined || message === '' ? {} : { message: clipMessage(message) };
