import type { Method } from '../api/method.ts';
import type { ModelStatus } from '../api/model.ts';
import { withAddresses } from '../core/agent/resolve-model.ts';
import { resolveWork } from '../core/agent/resolve-work.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import type { JobAttempts, JobStart } from './job-attempts.ts';
import { type Deed, operationOf, type Operations } from './operations.ts';
import type { Pause } from './poll.ts';
import type { AttemptContext } from './work-item-ports.ts';

/** What Jobs are started with. */
export interface JobStartsParts {
  readonly jobs: JobAttempts;
  readonly operations: Operations;
  /** What a Model's own status says now; it is no part of what runs are pinned to. */
  readonly statusOfModel: (namespace: string, name: string) => ModelStatus | undefined;
  /** Hosts that the agents of a namespace may reach, as its Tenant says now; all where it does not say. */
  readonly allowedHosts: (namespace: string) => readonly string[] | undefined;
  /** Asks for a turn of a WorkItem. */
  readonly wake: (key: string) => void;
  /** Between tries to create a Job that was refused. */
  readonly pause: Pause;
}

/** Times between tries to create a Job that was refused, in milliseconds: the first and the longest. */
const refusalDelays = { firstMs: 2_000, longestMs: 30_000 };

/** Between looks at a Model that is waited for, in milliseconds; the cache is looked at. */
const modelPauseMs = 1_000;

/** Starts attempts that are Jobs. While one cannot be made yet, an operation stands in its place and says why. */
export class JobStarts {
  readonly #parts: JobStartsParts;

  constructor(parts: JobStartsParts) {
    this.#parts = parts;
  }

  /** One Job for all of them. */
  async startTogether(contexts: readonly AttemptContext[]): Promise<void> {
    const started = await this.#parts.jobs.startTogether(contexts);
    const again = onceAtATime(() => this.#parts.jobs.startTogether(contexts));
    for (const context of contexts) this.#followStart(context, started, again);
  }

  /** What cannot be given to an agent shows before there is a Job; a Model that is not there yet is waited for. */
  async startAgent(context: AttemptContext, method: Method | undefined): Promise<void> {
    const given = this.#giveWork(context, method);
    if (given !== undefined) await this.start(given);
  }

  /** The same of those that share a Job: whoever cannot be given anything leaves the others. */
  async startAgentsTogether(contexts: readonly AttemptContext[]): Promise<void> {
    const given = contexts.flatMap((context) => this.#giveWork(context, undefined) ?? []);
    if (given.length > 0) await this.startTogether(given);
  }

  /** An attempt with what an agent is given; undefined where it cannot be given that, and what follows is seen to. */
  #giveWork(context: AttemptContext, method: Method | undefined): AttemptContext | undefined {
    const { namespace = '' } = context.workItem.metadata;
    const pinned = withAddresses(context.pinned, (name) => this.#parts.statusOfModel(namespace, name));
    const found = resolveWork({ ...context, pinned, method, allowedHosts: this.#parts.allowedHosts(namespace) });
    if (!('problem' in found)) return { ...context, agent: found.resolved };
    const { awaitedModel, reason, message } = found.problem;
    if (awaitedModel === undefined) this.#settle(context, { result: 'Failed', reason, message, retryable: false });
    else this.#awaitModel(context, awaitedModel, message);
    return undefined;
  }

  /** The next turn starts the attempt, which it then sees nowhere. */
  #awaitModel(context: AttemptContext, name: string, message: string): void {
    const id = operationOf(context);
    const { namespace = '' } = context.workItem.metadata;
    const deed: Deed = async (signal) => {
      while (this.#parts.statusOfModel(namespace, name)?.url === undefined) {
        await this.#parts.pause(modelPauseMs, signal);
        if (signal.aborted) return undefined;
      }
      this.#parts.operations.remove(id);
      this.#parts.wake(context.key);
      return undefined;
    };
    this.#parts.operations.follow(context.key, id, deed, { kind: 'model', name, message });
  }

  /** A Job of its own. */
  async start(context: AttemptContext): Promise<void> {
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
    const id = operationOf(context);
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
      if (outcome === undefined) this.#parts.operations.remove(id);
      return outcome;
    };
    this.#parts.operations.follow(context.key, id, thenGone, waitingFor);
  }

  #settle(context: AttemptContext, outcome: AttemptOutcome): void {
    this.#parts.operations.settle(context.key, operationOf(context), outcome);
  }
}

/** Whoever asks while an answer is on its way gets the same one. */
function onceAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => (asked = undefined));
    return asked;
  };
}
