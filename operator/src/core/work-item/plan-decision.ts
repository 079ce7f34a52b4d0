import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { gateNameOf, returnTargetOf } from '../pipeline/gate-name.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { defined } from '../defined.ts';
import { readPath } from '../template/navigate.ts';
import { beginAgainFrom } from './begin-again.ts';
import { clipMessage } from './clip-message.ts';
import { fail, succeed } from './finish-step.ts';
import { frameOf, pathIn } from './frame.ts';
import { hasRoomForGate, mostGates } from './gate-room.ts';
import { findHold } from './lifecycle-hold.ts';
import { type GateRequest, type GateVerdict, judgeGate, openGate } from './plan-gate.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { resolveStep } from './resolve-step.ts';
import type { Run } from './run.ts';
import { startAttempt } from './start-attempt.ts';
import { stepReasons } from './step-reasons.ts';

const reviewers: GateRequest['approvals'] = [{ role: 'review', count: 1 }];

/** Begins an `approval` step: its gate opens. */
export function beginApproval(run: Run, place: Place, record: StepStatus | undefined): void {
  const resolution = resolveStep(run, place.node, place.frame);
  if (resolution === 'unread') return;
  if ('problem' in resolution) {
    fail(run, place, record, { reason: stepReasons.inputUnresolved, message: resolution.problem.message });
    return;
  }
  const { step } = resolution.resolved;
  const message = step.type === 'approval' ? step.message : undefined;
  openStepGate(run, place, record, message);
}

/** Opens the gate of a step, and lets the step wait for it. */
export function openStepGate(run: Run, place: Place, record: StepStatus | undefined, message?: string): void {
  const path = pathOf(place);
  const shown = shownAt(run, place);
  if (shown === 'unread') return;
  if (!mayOpenGate(run, place)) {
    const message = `people cannot decide inside a loop, at more than ${mostGates} gates of a run, or at the gate of something else`;
    fail(run, place, record, { reason: stepReasons.gateImpossible, message });
    return;
  }
  openGate(run, { ...termsOf(place.node), name: gateNameOf(place.node.step), step: path, message, shown });
  run.setRecord({
    startedAt: run.now,
    ...historyOf(record, path),
    ...defined({ outputs: record?.outputs, outputsRef: record?.outputsRef }),
    ...{ phase: 'Waiting', reason: stepReasons.waitingForDecision },
    ...defined({ message: message === undefined ? undefined : clipMessage(message) }),
  });
}

const mayOpenGate = (run: Run, place: Place) =>
  place.frame.loop === undefined && hasRoomForGate(run, { name: gateNameOf(place.node.step), step: pathOf(place) });

function termsOf({ step }: StepNode): Pick<GateRequest, 'approvals'> & Partial<GateRequest> {
  if (step.type === 'approval') {
    const { approvals, production, allowRequester, allowedServiceAccounts, expiresSeconds } = step;
    return { approvals, production, allowRequester, allowedServiceAccounts, expiresSeconds };
  }
  const {
    approvals = reviewers,
    allowRequester,
    allowedServiceAccounts,
    expiresSeconds,
  } = (step.type === 'validation' ? step.onFailure : undefined) ?? {};
  return { approvals, allowRequester, allowedServiceAccounts, expiresSeconds };
}

/** What people see: the outputs that the step names, else those of all steps that it depends on. */
function shownAt(run: Run, { node, frame }: Place): JsonObject | 'unread' {
  const shown: [string, JsonValue][] = [];
  let isRead = true;
  for (const { on } of node.dependencies) {
    const home = frameOf(on, frame);
    const record = home && run.record(pathIn(home, on));
    if (record?.phase !== 'Succeeded') continue;
    const outputs = run.outputsOf(record);
    if (outputs === undefined) isRead = false;
    else shown.push([on.name, outputs]);
  }
  if (!isRead) return 'unread';
  const all = Object.fromEntries(shown);
  const named = node.step.type === 'approval' ? node.step.show : undefined;
  return named === undefined ? all : Object.fromEntries(named.map((path) => [path, readPath(all, path) ?? null]));
}

/** Follows a step that waits for people. */
export function followDecision(run: Run, place: Place, record: StepStatus): void {
  const verdict = judgeGate(run, gateNameOf(place.node.step));
  if (verdict === 'open') return;
  if (verdict.state === 'Approved') approve(run, place, { record, verdict });
  else reject(run, place, { record, verdict });
}

interface Decided {
  readonly record: StepStatus;
  readonly verdict: Exclude<GateVerdict, 'open'>;
}

function approve(run: Run, place: Place, { record, verdict }: Decided): void {
  const { approvers, message } = verdict;
  switch (place.node.step.type) {
    case 'approval': {
      const outputs = { decision: 'approved', approvers: [...approvers], message };
      succeed(run, place, record, { reason: stepReasons.approved, outputs, message });
      return;
    }
    case 'validation': {
      const { outputs, outputsRef } = record;
      succeed(run, place, record, { reason: stepReasons.acceptedByDecision, outputs, outputsRef, message });
      return;
    }
    default:
      // The answer of a call was lost, and a person wants it to be sent again: once the lifecycle lets it.
      if (findHold(run, place) === undefined) startAttempt(run, place, record);
  }
}

function reject(run: Run, place: Place, { record, verdict }: Decided): void {
  const { step } = place.node;
  const returnTo = returnTargetOf(step);
  const comment = verdict.message === '' ? '' : `: ${verdict.message}`;
  if (returnTo !== undefined && verdict.state === 'Rejected' && beginAgainFrom(run, place, returnTo)) return;
  const reason = verdict.state === 'Expired' ? stepReasons.expired : stepReasons.rejected;
  fail(run, place, record, {
    reason,
    message: `${verdict.state.toLowerCase()} at the gate ${gateNameOf(step)}${comment}`,
  });
}
