import type { Condition } from '../../api/condition.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { type ConditionUpdate, setCondition } from '../conditions.ts';
import { conditionTypes } from '../reasons.ts';
import type { Run, WaitingFor } from './run.ts';
import { runReasons } from './step-reasons.ts';
import { isEnded } from './step-state.ts';

/** Things that a run waits for that status can hold. */
const mostWaits = 32;

/** Where the run stands, in a word, and why. */
interface Summary {
  readonly phase: NonNullable<WorkItemStatus['phase']>;
  readonly reason: string;
  readonly message?: string;
}

/** The parts of status that are made from the records: no plan branches on them. */
export function summarizeRun(run: Run, waits: readonly WaitingFor[]) {
  const waitingFor = keepSince(run, waits);
  const summary = summarize(run, waitingFor);
  return {
    ...summary,
    progress: progressOf(run),
    conditions: conditionsOf(run, summary, waitingFor),
    ...(waitingFor.length === 0 ? {} : { waitingFor }),
  };
}

function summarize(run: Run, waitingFor: readonly WaitingFor[]): Summary {
  const { ending } = run;
  if (run.finishedAt !== undefined && ending !== undefined) {
    const { phase, reason, message } = ending;
    return { phase, reason, ...(message === undefined ? {} : { message }) };
  }
  if (run.observed.workItem.spec.suspend === true) return { phase: 'Suspended', reason: runReasons.suspended };
  const [first] = waitingFor;
  if (run.startedAt === undefined && first !== undefined) {
    const phase = first.kind === 'quota' ? 'Queued' : 'Waiting';
    const reason = first.kind === 'quota' ? runReasons.waitingForQuota : runReasons.waitingForStart;
    return { phase, reason, message: first.message };
  }
  if (run.isMainOver) return { phase: 'Running', reason: runReasons.exitStepsRunning };
  if (run.openAttempts === 0 && first !== undefined)
    return { phase: 'Waiting', reason: runReasons.stepsWaiting, message: first.message };
  return { phase: run.startedAt === undefined ? 'Pending' : 'Running', reason: runReasons.stepsRunning };
}

/** What is waited for, the oldest first. What was waited for before keeps its time. */
function keepSince(run: Run, waits: readonly WaitingFor[]): WaitingFor[] {
  const key = ({ kind, name, step = '' }: WaitingFor) => JSON.stringify([kind, name, step]);
  const before = new Map(
    (run.observed.workItem.status?.waitingFor ?? []).map((waiting) => [key(waiting), waiting.since]),
  );
  const unique = new Map(waits.map((waiting) => [key(waiting), waiting]));
  return [...unique.values()]
    .map((waiting) => ({ ...waiting, since: before.get(key(waiting)) ?? waiting.since }))
    .sort((a, b) => Date.parse(a.since) - Date.parse(b.since))
    .slice(0, mostWaits);
}

/** Steps that ended and steps in all, those of loops aside: a loop counts as one. */
function progressOf(run: Run): string {
  let ended = 0;
  let total = 0;
  for (const { name, loop } of run.graph.nodes) {
    if (loop !== undefined) continue;
    total += 1;
    const record = run.record(name);
    if (record !== undefined && isEnded(record)) ended += 1;
  }
  return `${ended}/${total}`;
}

function conditionsOf(
  run: Run,
  { phase, reason, message = '' }: Summary,
  waitingFor: readonly WaitingFor[],
): Condition[] {
  const isFinished = run.finishedAt !== undefined;
  const isRunning = run.startedAt !== undefined && !isFinished;
  const outcome = isFinished ? (phase === 'Succeeded' ? 'True' : 'False') : 'Unknown';
  const decision = waitingFor.find(({ kind }) => kind === 'decision' || kind === 'policy');
  const updates: ConditionUpdate[] = [
    {
      type: conditionTypes.accepted,
      status: run.startedAt === undefined ? 'False' : 'True',
      reason: run.startedAt === undefined ? reason : 'Accepted',
      message: run.startedAt === undefined ? message : '',
    },
    { type: conditionTypes.running, status: isRunning ? 'True' : 'False', reason, message },
    { type: conditionTypes.succeeded, status: outcome, reason, message },
    {
      type: conditionTypes.waitingForDecision,
      ...(decision === undefined
        ? { status: 'False', reason: 'NoOpenGate', message: '' }
        : {
            status: 'True',
            reason: decision.kind === 'policy' ? 'PolicyMissing' : 'GateOpen',
            message: decision.message,
          }),
    },
  ];
  const { generation } = run.observed.workItem.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return updates.reduce<readonly Condition[]>(
    (conditions, update) => setCondition(conditions, { ...update, ...observed }, run.observed.now),
    run.observed.workItem.status?.conditions ?? [],
  ) as Condition[];
}
