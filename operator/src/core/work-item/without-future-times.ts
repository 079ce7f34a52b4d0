import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { defined } from '../defined.ts';
import { openAttempt } from './attempts.ts';

/**
 * A WorkItem in whose status nothing begins later than now. Another operator, whose clock was ahead, may have written such
 * times: what it began would be given too much time. It counts from now on instead, and that is recorded.
 *
 * NOTE: times that lie too far back are believed. Nothing tells what a clock that was behind has written from what really
 * began so long ago: an attempt may then be ended too early once, as a failure that its policy tries again. Never ending what
 * hangs would be worse. The Job's own deadline, by the clock of the cluster, is the backstop of both.
 */
export function withoutFutureTimes(workItem: WorkItem, now: Date): WorkItem {
  const { status } = workItem;
  if (status?.startedAt === undefined || status.finishedAt !== undefined) return workItem;
  const steps = status.steps?.map((step) => (step.finishedAt === undefined ? stepBy(now, step) : step));
  const startedAt = timeBy(now, status.startedAt);
  const lifecycle = status.lifecycle && lifecycleBy(now, status.lifecycle);
  const isAlike = startedAt === status.startedAt && lifecycle === status.lifecycle;
  if (isAlike && steps?.every((step, at) => step === status.steps?.[at]) !== false) return workItem;
  return { ...workItem, status: { ...status, startedAt, ...defined({ steps, lifecycle }) } };
}

type LifecycleStatus = NonNullable<WorkItemStatus['lifecycle']>;

function lifecycleBy(now: Date, lifecycle: LifecycleStatus): LifecycleStatus {
  const since = timeBy(now, lifecycle.since);
  return since === lifecycle.since ? lifecycle : { ...lifecycle, since };
}

function stepBy(now: Date, step: StepStatus): StepStatus {
  const open = openAttempt(step);
  const startedAt = step.startedAt && timeBy(now, step.startedAt);
  const attemptStartedAt = open?.startedAt && timeBy(now, open.startedAt);
  if (startedAt === step.startedAt && attemptStartedAt === open?.startedAt) return step;
  const attempts = open && [...(step.attempts ?? []).slice(0, -1), { ...open, ...given(attemptStartedAt) }];
  return { ...step, ...given(startedAt), ...(attempts === undefined ? {} : { attempts }) };
}

const given = (startedAt: string | undefined) => (startedAt === undefined ? {} : { startedAt });

const timeBy = (now: Date, time: string) => (Date.parse(time) > now.getTime() ? now.toISOString() : time);
