import type { ProgressCounts } from '../api/attempt-progress.ts';
import type { Method } from '../api/method.ts';
import type { WorkItem } from '../api/work-item.ts';
import { executorOf, type Executor } from '../core/execution/executor-of.ts';
import { findMethod } from '../core/pipeline/step-methods.ts';
import type { AttemptOutcome, ObservedAttempt, PinnedPipeline } from '../core/work-item/observed.ts';
import type { StartAttempt } from '../core/work-item/work-item-plan.ts';
import { JobStarts, type JobStartsParts } from './job-starts.ts';
import { LostJobs } from './lost-jobs.ts';
import { type Deed, type OperationId, operationOf, type OperationWaiting } from './operations.ts';
import type { AttemptContext, AttemptName, AttemptPort, EndedRun } from './work-item-ports.ts';

/** Something that the operator does for an attempt. */
export interface PlannedDeed {
  readonly deed: Deed;
  /** What the attempt waits for meanwhile, in words. */
  readonly waitingFor?: OperationWaiting;
  /** Takes away what it made, when the attempt is no longer wanted. */
  readonly undo?: () => Promise<void>;
  /** Whether that is done too when the attempt has succeeded, once that is recorded. */
  readonly isUndoneAfterwards?: boolean;
}

/** What attempts are carried out with. */
export interface AttemptsParts extends JobStartsParts {
  /** What the operator does for an attempt that is no Job. */
  readonly deedFor: (executor: Executor, context: AttemptContext) => PlannedDeed | { readonly outcome: AttemptOutcome };
  /** How far an attempt has come, as its pod tells. */
  readonly progressOf: (
    workItemUid: string,
    attempt: { readonly step: string; readonly attempt: number },
  ) => ProgressCounts | undefined;
  /** Takes away what steps of an ended run have made. */
  readonly cleanUp: (run: EndedRun) => Promise<void>;
}

/** Attempts, whatever carries them out: Jobs, which live in the cluster, and operations, which live in this process. */
export class Attempts implements AttemptPort {
  readonly #parts: AttemptsParts;
  readonly #undo = new Map<string, Pick<PlannedDeed, 'undo' | 'isUndoneAfterwards'>>();

  readonly #lostJobs = new LostJobs();
  readonly #jobStarts: JobStarts;

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
    this.#jobStarts = new JobStarts(parts);
  }

  observe({ metadata: { uid = '' } }: WorkItem): readonly ObservedAttempt[] {
    // A Job counts more than the wish to make it.
    const jobs = this.#lostJobs.observe(uid, this.#parts.jobs.observe(uid));
    return [...this.#parts.operations.observe(uid), ...jobs.map((seen) => this.#withProgress(uid, seen))];
  }

  #withProgress(uid: string, seen: ObservedAttempt): ObservedAttempt {
    const { path: step, number: attempt, outcome } = seen;
    const progress = outcome === undefined ? this.#parts.progressOf(uid, { step, attempt }) : undefined;
    return progress === undefined ? seen : { ...seen, progress };
  }

  assertReady(starts: readonly StartAttempt[], pinned: PinnedPipeline): void {
    const isJob = (start: StartAttempt) => jobExecutors.has(chooseExecutor(start, pinned).executor);
    if (starts.some(isJob)) this.#parts.jobs.assertReady();
  }

  async start(context: AttemptContext): Promise<void> {
    const { executor, method } = chooseExecutor(context.start, context.pinned);
    if (executor === undefined) this.#settle(context, notServed(context));
    else if (executor === 'agent-job') await this.#jobStarts.startAgent(context, method);
    else if (executor === 'code-job' || executor === 'image-job') await this.#jobStarts.start(context);
    else this.#begin(executor, context);
  }

  startTogether(contexts: readonly AttemptContext[]): Promise<void> {
    const areAgents = contexts.some(({ start, pinned }) => chooseExecutor(start, pinned).executor === 'agent-job');
    return areAgents ? this.#jobStarts.startAgentsTogether(contexts) : this.#jobStarts.startTogether(contexts);
  }

  async stop(workItem: WorkItem, { path, attempt }: AttemptName): Promise<void> {
    const id = { workItemUid: workItem.metadata.uid ?? '', path, number: attempt };
    await this.#parts.jobs.stop(workItem, path, attempt);
    await this.#undo.get(keyOf(id))?.undo?.();
    this.#remove(id);
  }

  settle({ metadata: { uid = '' } }: WorkItem, open: ReadonlySet<string>): void {
    for (const { path, number, outcome } of this.#parts.operations.observe(uid))
      if (outcome !== undefined && !open.has(`${number} ${path}`)) this.#end({ workItemUid: uid, path, number });
    this.#lostJobs.keep(uid, open);
  }

  cleanUp(run: EndedRun): Promise<void> {
    return this.#parts.cleanUp(run);
  }

  forget(workItemUid: string): void {
    for (const { path, number } of this.#parts.operations.observe(workItemUid))
      this.#remove({ workItemUid, path, number });
    this.#lostJobs.forget(workItemUid);
  }

  isLeft({ metadata: { uid = '' } }: WorkItem): boolean {
    return this.#parts.jobs.isLeft(uid);
  }

  sweep(workItem: WorkItem): Promise<void> {
    return this.#parts.jobs.sweep(workItem);
  }

  #begin(executor: Executor, context: AttemptContext): void {
    const planned = this.#parts.deedFor(executor, context);
    if ('outcome' in planned) {
      this.#settle(context, planned.outcome);
      return;
    }
    const id = operationOf(context);
    if (planned.undo !== undefined) this.#undo.set(keyOf(id), planned);
    const { operations } = this.#parts;
    if (working.has(executor)) operations.begin(context.key, id, planned.deed);
    else operations.follow(context.key, id, planned.deed, planned.waitingFor);
  }

  #settle(context: AttemptContext, outcome: AttemptOutcome): void {
    this.#parts.operations.settle(context.key, operationOf(context), outcome);
  }

  /** What is left of it after its result was recorded goes in the background; the end of the run is its backstop. */
  #end(id: OperationId): void {
    const { undo, isUndoneAfterwards = false } = this.#undo.get(keyOf(id)) ?? {};
    if (isUndoneAfterwards) void undo?.().catch(() => undefined);
    this.#remove(id);
  }

  #remove(id: OperationId): void {
    this.#undo.delete(keyOf(id));
    this.#parts.operations.remove(id);
  }
}

/** What is work from its beginning to its end; all else that the operator does is waiting. */
const working: ReadonlySet<Executor> = new Set<Executor>(['http-call', 'output']);

/** What runs in Pods. */
const jobExecutors: ReadonlySet<Executor | undefined> = new Set<Executor>(['agent-job', 'code-job', 'image-job']);

function chooseExecutor(
  start: StartAttempt,
  { methods }: PinnedPipeline,
): { readonly executor: Executor | undefined; readonly method: Method | undefined } {
  const method = start.method === undefined ? undefined : findMethod(methods, start.method);
  return { executor: executorOf(start, method), method };
}

const keyOf = ({ workItemUid, path, number }: OperationId) => `${workItemUid} ${number} ${path}`;

function notServed({ start: { step, method, mode } }: AttemptContext): AttemptOutcome {
  const steps = `a step of the type ${step.type} in the mode ${mode}`;
  const what = method === undefined ? steps : `the Method ${method} in ${steps}`;
  const message = `this version of Conclave cannot run ${what}`;
  return { result: 'Failed', reason: 'NotServed', message, retryable: false };
}
