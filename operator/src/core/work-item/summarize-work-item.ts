import type { Condition } from '../../api/condition.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { defined } from '../defined.ts';
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
  readonly message?: string | undefined;
}

/** The parts of status that are made from the records: no plan branches on them. */
export function summarizeRun(run: Run, waits: readonly WaitingFor[]) {
  const waitingFor = keepSince(run, waits);
  const { phase, reason, message } = summarize(run, waitingFor);
  return {
    ...{ phase, reason, ...defined({ message }) },
    progress: progressOf(run),
    conditions: conditionsOf(run, { phase, reason, message }, waitingFor),
    ...(waitingFor.length === 0 ? {} : { waitingFor }),
  };
}

/** The first that holds says where the run stands. */
function summarize(run: Run, [first]: readonly WaitingFor[]): Summary {
  if (run.finishedAt !== undefined && run.ending !== undefined) return run.ending;
  if (run.observed.workItem.spec.suspend === true) return { phase: 'Suspended', reason: runReasons.suspended };
  if (run.startedAt === undefined) return summarizeStart(first);
  if (run.isMainOver) return { phase: 'Running', reason: runReasons.exitStepsRunning };
  if (run.openAttempts === 0 && first !== undefined)
    return { phase: 'Waiting', reason: runReasons.stepsWaiting, message: first.message };
  return { phase: 'Running', reason: runReasons.stepsRunning };
}

function summarizeStart(first: WaitingFor | undefined): Summary {
  if (first === undefined) return { phase: 'Pending', reason: runReasons.notAccepted };
  const { kind, message } = first;
  if (kind === 'quota') return { phase: 'Queued', reason: runReasons.waitingForQuota, message };
  return { phase: 'Waiting', reason: runReasons.waitingForStart, message };
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
  const isAccepted = run.startedAt !== undefined;
  const updates: ConditionUpdate[] = [
    isAccepted
      ? { type: conditionTypes.accepted, status: 'True', reason: 'Accepted', message: '' }
      : { type: conditionTypes.accepted, status: 'False', reason, message },
    { type: conditionTypes.running, status: isAccepted && !isFinished ? 'True' : 'False', reason, message },
    { type: conditionTypes.succeeded, status: isFinished ? truth(phase === 'Succeeded') : 'Unknown', reason, message },
    { type: conditionTypes.waitingForDecision, ...describeDecision(run, waitingFor) },
    ...describeSla(run),
  ];
  const observed = defined({ observedGeneration: run.observed.workItem.metadata.generation });
  const wasSaid = run.observed.workItem.status?.conditions ?? [];
  const before = run.sla === undefined ? wasSaid.filter(({ type }) => type !== conditionTypes.overdue) : wasSaid;
  return [
    ...updates.reduce<readonly Condition[]>(
      (conditions, update) => setCondition(conditions, { ...update, ...observed }, run.observed.now),
      before,
    ),
  ];
}

function describeSla({ sla }: Run): readonly ConditionUpdate[] {
  if (sla === undefined) return [];
  const { dueAt, missedAt } = sla;
  const told =
    missedAt === undefined
      ? { reason: 'InTime', message: `it is to be done by ${dueAt}` }
      : { reason: 'SlaMissed', message: `it was to be done by ${dueAt}` };
  return [{ type: conditionTypes.overdue, status: truth(missedAt !== undefined), ...told }];
}

const truth = (holds: boolean) => (holds ? 'True' : 'False');

function describeDecision(
  { observed: { facts } }: Run,
  waitingFor: readonly WaitingFor[],
): Pick<ConditionUpdate, 'status' | 'reason' | 'message'> {
  const waiting = waitingFor.find(({ kind }) => kind === 'decision' || kind === 'policy');
  if (waiting === undefined) return { status: 'False', reason: 'NoOpenGate', message: '' };
  const { kind, message } = waiting;
  if (kind === 'decision') return { status: 'True', reason: 'GateOpen', message };
  const reason =
    facts.policyEpoch === undefined ? (facts.policyProblem?.reason ?? 'PoliciesMissing') : 'RequesterUnknown';
  return { status: 'True', reason, message };
}
