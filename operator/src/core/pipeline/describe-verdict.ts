import type { Condition } from '../../api/condition.ts';
import type { PipelineStatus } from '../../api/pipeline.ts';
import { findCondition } from '../conditions.ts';
import { conditionTypes, eventReasons } from '../reasons.ts';

/** What is told of a Pipeline, as a Kubernetes Event. */
export interface VerdictNotice {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

/** What there is to tell when a Pipeline's status goes from one to the other: only a verdict that is another one. */
export function describeVerdict(before: PipelineStatus | undefined, after: PipelineStatus): VerdictNotice | undefined {
  const old = findCondition(before?.conditions, conditionTypes.valid);
  const verdict = findCondition(after.conditions, conditionTypes.valid);
  if (verdict === undefined || isSame(old, verdict)) return undefined;
  return verdict.status === 'True'
    ? { type: 'Normal', reason: eventReasons.pipelineValid, note: verdict.message }
    : { type: 'Warning', reason: eventReasons.pipelineInvalid, note: verdict.message };
}

/** Warnings come and go with what else is in the namespace: of a Pipeline that stays valid there is nothing to tell. */
function isSame(old: Condition | undefined, verdict: Condition): boolean {
  return old?.status === verdict.status && (verdict.status === 'True' || old.message === verdict.message);
}
