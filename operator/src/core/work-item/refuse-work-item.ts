import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { defined, without } from '../defined.ts';
import type { Condition } from '../../api/condition.ts';
import { type ConditionUpdate, setCondition } from '../conditions.ts';
import { conditionTypes } from '../reasons.ts';
import { clipMessage } from './clip-message.ts';
import { runReasons } from './step-reasons.ts';

/** Why a WorkItem cannot begin for now. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
  /** Name of what it waits for. */
  readonly name: string;
}

/**
 * The status of a WorkItem whose pipeline is missing or cannot run: it waits, because mending the pipeline lets it begin. One
 * that is cancelled ends.
 */
export function refuseWorkItem({ metadata, spec, status = {} }: WorkItem, refusal: Refusal, now: Date): WorkItemStatus {
  const { reason, name } = refusal;
  const message = clipMessage(refusal.message);
  const isCancelled = spec.cancel === true;
  const ending = {
    phase: 'Cancelled',
    reason: runReasons.cancelled,
    message: 'it was cancelled before it began',
  } as const;
  const at = now.toISOString();
  const since =
    status.waitingFor?.find((waiting) => waiting.kind === 'dependency' && waiting.name === name)?.since ?? at;
  const observed = defined({ observedGeneration: metadata.generation });
  const why = isCancelled ? { reason: ending.reason, message: ending.message } : { reason, message };
  const before: readonly Condition[] = status.conditions ?? [];
  const updates: readonly ConditionUpdate[] = [
    { type: conditionTypes.accepted, status: 'False', reason, message, ...observed },
    { type: conditionTypes.running, status: 'False', ...why, ...observed },
    { type: conditionTypes.succeeded, status: isCancelled ? 'False' : 'Unknown', ...why, ...observed },
  ];
  return {
    ...without(status, 'waitingFor', 'message'),
    ...observed,
    ...(isCancelled ? { ...ending, ending, finishedAt: at } : { phase: 'Pending', reason, message }),
    ...(isCancelled ? {} : { waitingFor: [{ kind: 'dependency' as const, name, since, message }] }),
    conditions: [...updates.reduce((conditions, update) => setCondition(conditions, update, now), before)],
  };
}
