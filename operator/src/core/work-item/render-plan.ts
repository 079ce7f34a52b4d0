import type { GateStatus } from '../../api/gate-status.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { defined, without } from '../defined.ts';
import { addUsage } from '../estimate/usage-sum.ts';
import { openAttempt } from './attempts.ts';
import { spentBy } from './budget.ts';
import { feedbackFor } from './feedback.ts';
import { timeoutSecondsOf } from './attempt-timeout.ts';
import { closeGateAs, withoutExcerpts } from './gate-excerpts.ts';
import { knownTo } from './known-to.ts';
import { locate } from './locate.ts';
import { describeLifecycle } from './offer-actions.ts';
import { pathOf, type Place } from './place.ts';
import { resolveStep } from './resolve-step.ts';
import type { Run } from './run.ts';
import { type PlannedStart, shareJobs } from './share-jobs.ts';
import { deliberationOf } from './stage-nodes.ts';
import { summarizeRun } from './summarize-work-item.ts';
import type { StartAttempt, WorkItemAction, WorkItemPlan } from './work-item-plan.ts';

/** The plan that follows from the records: what is started and stopped does not depend on how they came about. */
export function renderPlan(run: Run): WorkItemPlan {
  const starts = planStarts(run);
  const stops = planStops(run);
  const { artifacts, questions, fills, waits, folded, wakeAtMs } = run.gathered();
  if (run.observed.workItem.spec.suspend === true && run.finishedAt === undefined) waits.push(suspended(run));
  const requeueAfterMs =
    wakeAtMs === undefined || run.finishedAt !== undefined ? undefined : Math.max(0, wakeAtMs - run.nowMs);
  return {
    status: renderStatus(run, waits),
    artifacts,
    actions: [...stops, ...starts, ...questions, ...fills],
    folded,
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

const suspended = (run: Run) => ({
  kind: 'suspended' as const,
  name: run.observed.workItem.metadata.name,
  since: run.now,
  message: 'it is suspended: nothing new begins until spec.suspend is false',
});

/** What is left out where the plan has none. */
const replaced = [
  ...(['message', 'waitingFor', 'outputs', 'outputsRef', 'ending', 'finishedAt'] as const),
  ...(['lifecycle', 'assignee', 'decidedUnder', 'sla'] as const),
] as const;

function renderStatus(run: Run, waits: Parameters<typeof summarizeRun>[1]): WorkItemStatus {
  const { workItem, pinned, facts } = run.observed;
  const { startedAt, finishedAt, ending, assets, assetsRef, gates, outputs } = run;
  const kept = without(workItem.status ?? {}, ...replaced);
  const { used, reserved } = spentBy(run);
  const usage = addUsage(used, reserved);
  const lifecycle = describeLifecycle(run);
  return {
    ...kept,
    ...defined({ observedGeneration: workItem.metadata.generation }),
    ...summarizeRun(run, finishedAt === undefined ? waits : []),
    pipeline: { ...defined({ name: pinned.name }), revision: pinned.revision, digest: pinned.digest },
    ...defined({ startedAt, finishedAt, ending, assetsRef, sla: run.sla }),
    retryCount: workItem.spec.retryCount ?? 0,
    steps: [...run.records()],
    ...outputs,
    ...run.transitions,
    ...defined({ lifecycle, assignee: run.assignee, decidedUnder: decidedUnderOf(run, lifecycle) }),
    ...(assets.length === 0 ? {} : { assets: [...assets] }),
    ...(gates.size === 0 ? {} : { gates: [...gates.values()].map((gate) => gateAtEnd(run, gate)) }),
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    ...(facts.replayed === undefined ? {} : { replay: { workItemUid: facts.replayed.workItemUid } }),
  };
}

/** Of a run that has ended and asks nobody any more it stays as it was. */
function decidedUnderOf({ observed, finishedAt, decidedUnder }: Run, lifecycle: WorkItemStatus['lifecycle']) {
  const { status = {} } = observed.workItem;
  const isOver = status.finishedAt !== undefined && finishedAt !== undefined && lifecycle?.digest === undefined;
  return isOver ? status.decidedUnder : decidedUnder;
}

/** A run that has ended asks nobody any more; what it asked last is asked again when it is tried again. */
function gateAtEnd({ finishedAt, now }: Run, gate: GateStatus): GateStatus {
  if (finishedAt === undefined) return gate;
  if (gate.state === 'Open') return closeGateAs(gate, 'Expired', now);
  return gate.state === 'Expired' && gate.decidedAt === finishedAt ? gate : withoutExcerpts(gate);
}

/** Recorded and not seen: the operator ended in between, or it is yet to come. Its name makes it safe to repeat. */
function planStarts(run: Run): readonly WorkItemAction[] {
  if (run.openAttempts === 0) return [];
  const planned = [...run.records()].flatMap((record): readonly PlannedStart[] => {
    const attempt = openAttempt(record);
    if (attempt === undefined || run.child(record.path, attempt.number) !== undefined) return [];
    const place = locate(run, record.path);
    const resolution = place === undefined ? 'unread' : resolveStep(run, place.node, place.frame);
    if (place === undefined || resolution === 'unread') return [];
    if ('problem' in resolution)
      throw new Error(`the inputs of ${record.path} had values before: ${resolution.problem.message}`);
    const { told, feedback, since } = tellOf(run, place, { record, attempt });
    const known = knownTo(run, told, { attempt: since, feedback });
    const start: StartAttempt = {
      kind: 'start-attempt',
      ...{ path: record.path, attempt: attempt.number, ...resolution.resolved },
      timeoutSeconds: timeoutSecondsOf(run, place),
      ...defined({ feedback, reserved: attempt.reserved }),
      ...(known.length === 0 ? {} : { known }),
    };
    return [{ start, node: place.node }];
  });
  return shareJobs(run, planned);
}

interface Attempted {
  readonly record: StepStatus;
  readonly attempt: Attempt;
}

/** All who take part in a deliberation are told the same, whenever they speak: what was known when it began. */
function tellOf(run: Run, place: Place, { record, attempt }: Attempted) {
  const told = deliberationOf(run, place);
  const whole = told && run.record(pathOf(told));
  return told === undefined || whole === undefined
    ? { told: place, feedback: feedbackFor(run, place, record), since: attempt }
    : { told, feedback: feedbackFor(run, told, whole), since: defined({ startedAt: whole.startedAt }) };
}

/** Seen under way and no longer wanted. */
function planStops(run: Run): readonly WorkItemAction[] {
  return run.observed.children.flatMap(({ path, number, outcome }): readonly WorkItemAction[] => {
    const record = run.record(path);
    const isWanted = record !== undefined && openAttempt(record)?.number === number;
    if (outcome !== undefined || isWanted) return [];
    const attempt = record?.attempts?.find((each) => each.number === number);
    return [{ kind: 'stop-attempt', path, attempt: number, reason: attempt?.reason ?? 'NotWanted' }];
  });
}
