import type { Model, ModelStatus } from '../../api/model.ts';
import { findCondition, setCondition } from '../conditions.ts';
import { defined } from '../defined.ts';
import { conditionTypes } from '../reasons.ts';

/** What was found of a Model. */
export interface ModelFindings {
  readonly isReady: boolean;
  readonly reason: string;
  readonly message: string;
  /** Where it is reached now, if it is. */
  readonly url?: string | undefined;
  readonly contextLength?: number | undefined;
  readonly revision?: string | undefined;
  readonly replicas?: number | undefined;
  readonly lastRequestTime?: string | undefined;
}

/** What a Model's status is planned from. */
export interface ModelStatusInput {
  readonly model: Model;
  readonly findings: ModelFindings;
  readonly now: Date;
}

/** The status that says what was found; the same as before when nothing is new. */
export function planModelStatus({ model, findings, now }: ModelStatusInput): ModelStatus {
  const { metadata, status = {} } = model;
  const { isReady, reason, message, url, replicas, lastRequestTime } = findings;
  const observedGeneration = metadata.generation ?? 0;
  const condition = { type: conditionTypes.ready, status: isReady ? 'True' : 'False', reason, message } as const;
  // What a server said of this spec stays true of it while it sleeps.
  const before = status.observedGeneration === observedGeneration ? status : {};
  return {
    observedGeneration,
    conditions: [...setCondition(status.conditions ?? [], { ...condition, observedGeneration }, now)],
    ...defined({ url, replicas, lastRequestTime }),
    ...defined({
      contextLength: findings.contextLength ?? (isReady ? undefined : before.contextLength),
      revision: findings.revision ?? (isReady ? undefined : before.revision),
    }),
  };
}

/** What is told of a Model, as a Kubernetes Event. */
export interface ModelNotice {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

/** What there is to tell when a Model's status goes from one to the other: that it became ready, or why it is not. */
export function describeReadiness(before: ModelStatus | undefined, after: ModelStatus): ModelNotice | undefined {
  const old = findCondition(before?.conditions, conditionTypes.ready);
  const now = findCondition(after.conditions, conditionTypes.ready);
  if (now === undefined || (old?.status === now.status && old.reason === now.reason)) return undefined;
  const isUsual = now.status === 'True' || usual.has(now.reason);
  return { type: isUsual ? 'Normal' : 'Warning', reason: now.reason, note: now.message };
}

/** Reasons not to be ready that nobody has to mend. */
const usual: ReadonlySet<string> = new Set(['Asleep', 'Starting', 'OnDemand']);
