import { randomUUID } from 'node:crypto';
import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import { isDecisionKey } from '../core/decision/decision-key.ts';
import { describeProgress } from '../core/work-item/describe-progress.ts';
import { openAttempt } from '../core/work-item/attempts.ts';
import { isWorthRecording } from '../core/work-item/is-worth-recording.ts';
import type { ObservedWorkItem, PinnedPipeline, ReplayedRun } from '../core/work-item/observed.ts';
import type { StartAttempt, WorkItemPlan } from '../core/work-item/work-item-plan.ts';
import { endUnplannedRun } from '../core/work-item/end-unplanned-run.ts';
import { mayBeReopened } from '../core/work-item/reopen-run.ts';
import { refuseWorkItem } from '../core/work-item/refuse-work-item.ts';
import { Terminal } from '../core/reconcile-error.ts';
import { EndedSince } from './ended-since.ts';
import { finishWorkItem } from './finish-work-item.ts';
import { FreshAttempts } from './fresh-attempts.ts';
import { type ObservedDecisions, observeDecisions } from './observe-decisions.ts';
import { type AnsweredPlan, type Effect, planWithAnswers } from './plan-with-answers.ts';
import type { PinProblem } from './pinned-pipelines.ts';
import { pruneDecisions } from './prune-decisions.ts';
import { RefusedDecisions } from './refused-decisions.ts';
import type { Again, WorkItemControllerParts } from './work-item-parts.ts';
import type { AttemptContext } from './work-item-ports.ts';

/**
 * Runs WorkItems: observe, plan, record, act. What is started was recorded before, with the resourceVersion that the plan was
 * made from, so that a stale plan costs nothing; what was recorded and not started is started by the next turn.
 */
export function reconcileWorkItem(parts: WorkItemControllerParts) {
  const fresh = new FreshAttempts();
  const ended = new EndedSince();
  const refused = new RefusedDecisions();
  return async (key: string): Promise<Again> => {
    const workItem = parts.cluster.observe(key);
    if (workItem === undefined) {
      ended.forget(key);
      refused.forget(key);
      return {};
    }
    if (workItem.metadata.deletionTimestamp !== undefined) {
      parts.attempts.forget(workItem.metadata.uid ?? '');
      return {};
    }
    const tell = (decided: ObservedDecisions) => {
      for (const notice of refused.tell(key, workItem, decided.refused)) parts.cluster.tell(workItem, notice);
    };
    const finishing = { ...parts, ended, tell };
    if (isFinished(workItem) && !(await asksAnew(parts, workItem))) return finish(finishing, workItem);
    const prepared = await prepare(parts, workItem).catch(whenUnplanned(parts, workItem));
    if ('problem' in prepared) return refuse(parts, workItem, prepared.problem);
    if ('lost' in prepared) return lose(parts, workItem, prepared.lost);
    tell(prepared.decided);
    await carryOut(parts, { key, workItem, fresh, ...prepared });
    return isStillFinished(workItem, prepared)
      ? finishWorkItem(finishing, workItem)
      : againAfter(prepared.answered.plan);
  };
}

const againAfter = ({ requeueAfterMs }: WorkItemPlan): Again =>
  requeueAfterMs === undefined ? {} : { requeueAfterMs };

/** Whoever wanted to take it up again could not: what is left of it is removed as ever. */
const isStillFinished = ({ status }: WorkItem, { isRecorded }: Prepared) =>
  status?.finishedAt !== undefined && !isRecorded;

/** A turn as far as it changes nothing that others see. */
interface Prepared {
  readonly pinned: PinnedPipeline;
  readonly answered: AnsweredPlan;
  readonly decided: ObservedDecisions;
  /** Whether its plan is recorded: it says something new, or there is something to do. */
  readonly isRecorded: boolean;
}

/** Plans a turn, and stores what its status will refer to. */
async function prepare(
  parts: WorkItemControllerParts,
  workItem: WorkItem,
): Promise<Prepared | { readonly problem: PinProblem }> {
  const pin = await parts.pipelines.pin(workItem);
  if ('problem' in pin) return pin;
  const { pinned, estimate } = pin;
  const decided = await observeDecisions(parts, workItem);
  const answered = await planInItsPlace(
    parts,
    observe(parts, { workItem: withEstimate(workItem, estimate), pinned, decided }),
  );
  const { plan, effects } = answered;
  const isRecorded = effects.length > 0 || isWorthRecording(workItem.status, plan.status);
  if (isRecorded && plan.artifacts.length > 0) await parts.artifacts.store(workItem, plan.artifacts);
  if (isRecorded) await keepWhatStarts(parts, { workItem, status: plan.status, pinned });
  return { pinned, answered, decided, isRecorded };
}

/** NOTE: only who would begin now asks for a place. Others would take places from each other, again and again. */
async function planInItsPlace(parts: WorkItemControllerParts, observed: ObservedWorkItem): Promise<AnsweredPlan> {
  const answered = await planWithAnswers(observed, parts);
  if (observed.facts.quota.admitted || !isQueued(answered)) return answered;
  const quota = parts.admission.admit(observed.workItem);
  return planWithAnswers({ ...observed, facts: { ...observed.facts, quota } }, parts);
}

/** Whether all that a run waits for is a place in the queue. */
const isQueued = ({ plan }: AnsweredPlan) => plan.status.waitingFor?.some(({ kind }) => kind === 'quota') ?? false;

/**
 * Whoever cannot begin gives its place to others, and its status says why unless that may change by itself. A run that can
 * never be planned again is lost.
 */
function whenUnplanned({ admission }: WorkItemControllerParts, workItem: WorkItem) {
  return (error: unknown): { readonly problem: PinProblem } | { readonly lost: string } => {
    if (workItem.status?.startedAt !== undefined) {
      if (error instanceof Terminal) return { lost: error.message };
      throw error;
    }
    if (error instanceof Terminal) {
      const { name } = workItem.spec.pipelineRef ?? workItem.metadata;
      return { problem: { reason: 'PipelineInvalid', message: error.message, name } };
    }
    admission.setAside(workItem);
    throw error;
  };
}

/** NOTE: recorded first. With an old view it would give away the place of a run that has begun meanwhile. */
async function refuse(parts: WorkItemControllerParts, workItem: WorkItem, problem: PinProblem): Promise<Again> {
  const status = refuseWorkItem(workItem, problem, parts.clock());
  if (isWorthRecording(workItem.status, status)) await record(parts, workItem, status);
  parts.admission.setAside(workItem);
  return {};
}

/** What is under way of it is ended by the next turn. */
async function lose(parts: WorkItemControllerParts, workItem: WorkItem, why: string): Promise<Again> {
  await record(parts, workItem, endUnplannedRun(workItem, why, parts.clock()));
  return {};
}

/** Ended, and neither asked to try again what failed nor taken up again. */
function isFinished(workItem: WorkItem): boolean {
  const { spec, status = {} } = workItem;
  const isRetried = (spec.retryCount ?? 0) > (status.retryCount ?? 0);
  return status.finishedAt !== undefined && !isRetried && !mayBeReopened(workItem);
}

/** What its lifecycle still asks of people once it has ended is on something that has changed since: nobody could answer it. */
async function asksAnew({ policies }: WorkItemControllerParts, { metadata, status = {} }: WorkItem): Promise<boolean> {
  if (status.lifecycle?.digest === undefined) return false;
  if (status.observedGeneration !== metadata.generation) return true;
  const seen = await policies.current();
  return 'epoch' in seen && seen.epoch !== status.decidedUnder?.policies;
}

interface Finishing extends WorkItemControllerParts {
  readonly ended: EndedSince;
  /** Tells people what of their decisions did not count. */
  readonly tell: (decided: ObservedDecisions) => void;
}

/** Decisions that nobody waits for any more go with the rest. */
async function finish(parts: Finishing, workItem: WorkItem): Promise<Again> {
  const again = await finishWorkItem(parts, workItem);
  if (!Object.keys(workItem.metadata.annotations ?? {}).some(isDecisionKey)) return again;
  const decided = await observeDecisions(parts, workItem);
  parts.tell(decided);
  await pruneDecisions(parts.cluster, workItem, decided);
  return again;
}

/** In safe mode people are shown what it may cost before it starts. */
function withEstimate(workItem: WorkItem, estimate: WorkItemStatus['estimate']): WorkItem {
  if (estimate === undefined || workItem.status?.startedAt !== undefined) return workItem;
  return { ...workItem, status: { ...workItem.status, estimate } };
}

function observe(
  { attempts, facts, clock }: WorkItemControllerParts,
  {
    workItem,
    pinned,
    decided,
  }: { readonly workItem: WorkItem; readonly pinned: PinnedPipeline; readonly decided: ObservedDecisions },
): ObservedWorkItem {
  const { namespace = '' } = workItem.metadata;
  const { replay } = workItem.spec;
  const original = replay && facts.find(namespace, replay.workItemName);
  const budget = facts.budget(workItem);
  return {
    ...{ workItem, pinned, now: clock(), children: attempts.observe(workItem) },
    facts: {
      ...{ artifacts: new Map(), cache: new Map(), ...decided.facts },
      ...{ assets: facts.assets(namespace), safety: facts.safety(namespace), salt: randomUUID() },
      quota: { admitted: workItem.status?.startedAt !== undefined },
      ...(budget === undefined ? {} : { budget }),
      ...(original?.status?.finishedAt === undefined ? {} : { replayed: replayedBy(original) }),
    },
  };
}

const replayedBy = ({ metadata: { uid = '' }, status: { pipeline, steps = [] } = {} }: WorkItem): ReplayedRun => ({
  ...{ workItemUid: uid, steps },
  ...(pipeline === undefined ? {} : { pipeline }),
});

interface Turn extends Prepared {
  readonly key: string;
  readonly workItem: WorkItem;
  readonly fresh: FreshAttempts;
}

/** NOTE: the order matters. What is done is recorded before, and nothing is recorded again and again that cannot be done. */
async function carryOut(parts: WorkItemControllerParts, turn: Turn): Promise<void> {
  const { workItem, fresh, isRecorded, pinned } = turn;
  const { plan, effects } = turn.answered;
  const starts = effects.filter((effect) => effect.kind === 'start-attempt');
  if (starts.length > 0) parts.attempts.assertReady(starts, pinned);
  if (isRecorded) await fresh.around(workItem, plan.status, () => record(parts, workItem, plan.status));
  if (plan.status.startedAt === undefined && plan.status.finishedAt === undefined) releaseUnlessQueued(parts, turn);
  parts.attempts.settle(workItem, openAttempts(plan.status));
  await act(parts, turn, effects);
  if (!isRecorded) await pruneDecisions(parts.cluster, workItem, turn.decided);
}

/** What a run is pinned to is kept before it starts, and so is what it takes over from the run that it replays. */
async function keepWhatStarts(
  { pipelines, artifacts }: WorkItemControllerParts,
  {
    workItem,
    status,
    pinned,
  }: { readonly workItem: WorkItem; readonly status: WorkItemStatus; readonly pinned: PinnedPipeline },
): Promise<void> {
  const isBound = status.startedAt !== undefined || status.gates !== undefined;
  if (!isBound) return;
  await pipelines.keep(workItem.metadata.namespace ?? '', pinned);
  if (workItem.status?.startedAt !== undefined || workItem.spec.replay === undefined) return;
  const digests = (status.steps ?? []).flatMap(({ outputsRef, iterations }) =>
    [outputsRef?.digest, iterations?.resultsRef].filter((digest) => digest !== undefined),
  );
  if (digests.length > 0) await artifacts.keep(workItem, digests);
}

/** Whoever was let in and does not begin after all gives its place back; whoever waits for one keeps its place in the line. */
function releaseUnlessQueued({ admission }: WorkItemControllerParts, { workItem, answered }: Turn): void {
  if (!isQueued(answered)) admission.setAside(workItem);
}

async function record(
  { cluster, recorded }: WorkItemControllerParts,
  workItem: WorkItem,
  status: WorkItemStatus,
): Promise<void> {
  await cluster.replaceStatus(workItem, status);
  recorded(workItem, status);
  for (const notice of describeProgress(workItem.status, status)) cluster.tell(workItem, notice);
}

/** One effect that fails does not stop the others; the next turn repeats it. */
async function act(parts: WorkItemControllerParts, turn: Turn, effects: readonly Effect[]): Promise<void> {
  const [alone, together] = splitEffects(effects);
  const results = await Promise.allSettled([
    ...alone.map((effect) => perform(parts, turn, effect)),
    ...together.map((starts) => parts.attempts.startTogether(starts.map((start) => contextOf(turn, start)))),
  ]);
  const { uid = '' } = turn.workItem.metadata;
  // Deleted meanwhile: what was just begun would never be ended.
  if (parts.cluster.observe(turn.key)?.metadata.uid !== uid) parts.attempts.forget(uid);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Attempts that share a Job are started together. */
function splitEffects(effects: readonly Effect[]): readonly [readonly Effect[], readonly (readonly StartAttempt[])[]] {
  const shared = effects.filter((effect) => effect.kind === 'start-attempt' && effect.jobName !== undefined);
  if (shared.length === 0) return [effects, []];
  const byJob = Map.groupBy(shared as readonly StartAttempt[], ({ jobName }) => jobName);
  const isShared = new Set(shared);
  return [effects.filter((effect) => !isShared.has(effect)), [...byJob.values()]];
}

function contextOf({ key, workItem, pinned, fresh }: Turn, start: StartAttempt): AttemptContext {
  return { key, workItem, pinned, start, isFresh: fresh.take(workItem, start) };
}

async function perform({ attempts, cache }: WorkItemControllerParts, turn: Turn, effect: Effect): Promise<void> {
  const { workItem } = turn;
  const { namespace = '' } = workItem.metadata;
  switch (effect.kind) {
    case 'start-attempt':
      return attempts.start(contextOf(turn, effect));
    case 'stop-attempt':
      return attempts.stop(workItem, effect);
    case 'fill-cache':
      return cache.fill({ namespace, ...effect });
  }
}

/** The attempts that are under way, as `number path`. */
function openAttempts({ steps = [] }: WorkItemStatus): ReadonlySet<string> {
  return new Set(
    steps.flatMap((step) => {
      const open = openAttempt(step);
      return open === undefined ? [] : [`${open.number} ${step.path}`];
    }),
  );
}
