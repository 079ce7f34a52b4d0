import type { GateStatus } from '../../api/gate-status.ts';
import type { Condition } from '../../api/condition.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { type ConditionUpdate, setCondition } from '../conditions.ts';
import { defined, without } from '../defined.ts';
import { conditionTypes } from '../reasons.ts';
import { closeAttempt, openAttempt } from './attempts.ts';
import { clipMessage } from './clip-message.ts';
import { runReasons, stepReasons } from './step-reasons.ts';

/**
 * The status of a run that can never be planned again, because what it is pinned to is gone or is not what it was: it has
 * failed, with all that is recorded of it, and what goes on is ended.
 */
export function endUnplannedRun({ metadata, status = {} }: WorkItem, why: string, now: Date): WorkItemStatus {
  const at = now.toISOString();
  const ending = { phase: 'Failed', reason: runReasons.revisionLost, message: clipMessage(why) } as const;
  const told = {
    reason: ending.reason,
    message: ending.message,
    ...defined({ observedGeneration: metadata.generation }),
  };
  const updates: readonly ConditionUpdate[] = [
    { type: conditionTypes.running, status: 'False', ...told },
    { type: conditionTypes.succeeded, status: 'False', ...told },
  ];
  const before: readonly Condition[] = status.conditions ?? [];
  return {
    ...without(status, 'waitingFor'),
    ...{ ...ending, ending, finishedAt: at },
    ...defined({ observedGeneration: metadata.generation, steps: status.steps?.map((step) => endStep(step, at)) }),
    ...defined({
      gates: status.gates?.map((gate) => closeGate(gate, at)),
      lifecycle: status.lifecycle && without(status.lifecycle, 'digest', 'actions'),
    }),
    conditions: [...updates.reduce((conditions, update) => setCondition(conditions, update, now), before)],
  };
}

const closeGate = (gate: GateStatus, at: string): GateStatus =>
  gate.state === 'Open' ? { ...gate, state: 'Expired', decidedAt: at } : gate;

function endStep(step: StepStatus, at: string): StepStatus {
  if (step.finishedAt !== undefined) return step;
  const open = openAttempt(step);
  const reason = stepReasons.runCancelled;
  const closed = open && closeAttempt(open, { result: 'Cancelled', reason, finishedAt: at });
  return {
    ...without(step, 'retryAt'),
    ...{ phase: 'Cancelled', reason, finishedAt: at },
    ...(closed === undefined ? {} : { attempts: [...(step.attempts ?? []).slice(0, -1), closed] }),
  };
}
