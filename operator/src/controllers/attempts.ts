import type { Method } from '../api/method.ts';
import type { ModelStatus } from '../api/model.ts';
import type { WorkItem } from '../api/work-item.ts';
import { withAddresses } from '../core/agent/resolve-model.ts';
import { resolveWork } from '../core/agent/resolve-work.ts';
import { executorOf, type Executor } from '../core/execution/executor-of.ts';
import { findMethod } from '../core/pipeline/step-methods.ts';
import type { AttemptOutcome, ObservedAttempt } from '../core/work-item/observed.ts';
import type { JobAttempts, JobStart } from './job-attempts.ts';
import { LostJobs } from './lost-jobs.ts';
import type { Deed, OperationId, Operations, OperationWaiting } from './operations.ts';
import type { Pause } from './poll.ts';
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
export interface AttemptsParts {
  readonly jobs: JobAttempts;
  readonly operations: Operations;
  /** What the operator does for an attempt that is no Job. */
  readonly deedFor: (executor: Executor, context: AttemptContext) => PlannedDeed | { readonly outcome: AttemptOutcome };
  /** What a Model's own status says now; it is no part of what runs are pinned to. */
  readonly statusOfModel: (namespace: string, name: string) => ModelStatus | undefined;
  /** Asks for a turn of a WorkItem. */
  readonly wake: (key: string) => void;
  /** Between tries to create a Job that was refused. */
  readonly pause: Pause;
  /** Takes away what steps of an ended run have made. */
  readonly cleanUp: (run: EndedRun) => Promise<void>;
}

/** Times between tries to create a Job that was refused, in milliseconds: the first and the longest. */
const refusalDelays = { firstMs: 2_000, longestMs: 30_000 };

/** Between looks at a Model that is waited for, in milliseconds; the cache is looked at. */
const modelPauseMs = 1_000;

/** Attempts, whatever carries them out: Jobs, which live in the cluster, and operations, which live in this process. */
export class Attempts implements AttemptPort {
  readonly #parts: AttemptsParts;
  readonly #undo = new Map<string, Pick<PlannedDeed, 'undo' | 'isUndoneAfterwards'>>();

  readonly #lostJobs = new LostJobs();

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
  }

  observe({ metadata: { uid = '' } }: WorkItem): readonly ObservedAttempt[] {
    // A Job counts more than the wish to make it.
    return [...this.#parts.operations.observe(uid), ...this.#lostJobs.observe(uid, this.#parts.jobs.observe(uid))];
  }

  async start(context: AttemptContext): Promise<void> {
    const { start, pinned } = context;
    const method = start.method === undefined ? undefined : findMethod(pinned.methods, start.method);
    const executor = executorOf(start, method);
    if (executor === undefined) this.#settle(context, notServed(context));
    else if (executor === 'agent-job') await this.#startAgent(context, method);
    else if (executor === 'code-job' || executor === 'image-job') await this.#startJob(context);
    else this.#begin(executor, context);
  }

  async startTogether(contexts: readonly AttemptContext[]): Promise<void> {
    const started = await this.#parts.jobs.startTogether(contexts);
    const again = onceAtATime(() => this.#parts.jobs.startTogether(contexts));
    for (const context of contexts) this.#followStart(context, started, again);
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

  /** What cannot be given to an agent shows before there is a Job; a Model that is not there yet is waited for. */
  async #startAgent(context: AttemptContext, method: Method | undefined): Promise<void> {
    const { namespace = '' } = context.workItem.metadata;
    const pinned = withAddresses(context.pinned, (name) => this.#parts.statusOfModel(namespace, name));
    const found = resolveWork({ ...context, pinned, method });
    if (!('problem' in found)) return this.#startJob({ ...context, agent: found.resolved });
    const { awaitedModel, reason, message } = found.problem;
    if (awaitedModel === undefined) this.#settle(context, { result: 'Failed', reason, message, retryable: false });
    else this.#awaitModel(context, awaitedModel, message);
  }

  /** The next turn starts the attempt, which it then sees nowhere. */
  #awaitModel(context: AttemptContext, name: string, message: string): void {
    const id = idOf(context);
    const { namespace = '' } = context.workItem.metadata;
    const deed: Deed = async (signal) => {
      while (this.#parts.statusOfModel(namespace, name)?.url === undefined) {
        await this.#parts.pause(modelPauseMs, signal);
        if (signal.aborted) return undefined;
      }
      this.#remove(id);
      this.#parts.wake(context.key);
      return undefined;
    };
    this.#parts.operations.follow(context.key, id, deed, { kind: 'model', name, message });
  }

  async #startJob(context: AttemptContext): Promise<void> {
    const again = () => this.#parts.jobs.start(context);
    this.#followStart(context, await again(), again);
  }

  #followStart(context: AttemptContext, started: JobStart, again: () => Promise<JobStart>): void {
    if (started === undefined) return;
    if ('outcome' in started) this.#settle(context, started.outcome);
    else this.#retryJob(context, started.refused, again);
  }

  /** A refused Job is tried again, and what refuses it is shown: quotas free up, and policies change. */
  #retryJob(context: AttemptContext, message: string, again: () => Promise<JobStart>): void {
    const id = idOf(context);
    const waitingFor = { kind: 'quota', name: context.start.path, message } as const;
    const deed: Deed = async (signal) => {
      for (let delayMs = refusalDelays.firstMs; ; delayMs = Math.min(delayMs * 2, refusalDelays.longestMs)) {
        await this.#parts.pause(delayMs, signal);
        if (signal.aborted) return undefined;
        const started = await again().catch(() => ({ refused: 'no answer' }));
        if (started === undefined || 'outcome' in started) return started?.outcome;
      }
    };
    const thenGone: Deed = async (signal) => {
      const outcome = await deed(signal);
      if (outcome === undefined) this.#remove(id);
      return outcome;
    };
    this.#parts.operations.follow(context.key, id, thenGone, waitingFor);
  }

  #begin(executor: Executor, context: AttemptContext): void {
    const planned = this.#parts.deedFor(executor, context);
    if ('outcome' in planned) {
      this.#settle(context, planned.outcome);
      return;
    }
    const id = idOf(context);
    if (planned.undo !== undefined) this.#undo.set(keyOf(id), planned);
    const { operations } = this.#parts;
    if (working.has(executor)) operations.begin(context.key, id, planned.deed);
    else operations.follow(context.key, id, planned.deed, planned.waitingFor);
  }

  #settle(context: AttemptContext, outcome: AttemptOutcome): void {
    this.#parts.operations.settle(context.key, idOf(context), outcome);
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

/** Whoever asks while an answer is on its way gets the same one. */
function onceAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => (asked = undefined));
    return asked;
  };
}

const idOf = ({ workItem, start }: AttemptContext): OperationId => ({
  workItemUid: workItem.metadata.uid ?? '',
  path: start.path,
  number: start.attempt,
});

const keyOf = ({ workItemUid, path, number }: OperationId) => `${workItemUid} ${number} ${path}`;

function notServed({ start: { step, method, mode } }: AttemptContext): AttemptOutcome {
  const steps = `a step of the type ${step.type} in the mode ${mode}`;
  const what = method === undefined ? steps : `the Method ${method} in ${steps}`;
  const message = `this version of Conclave cannot run ${what}`;
  return { result: 'Failed', reason: 'NotServed', message, retryable: false };
}
