import type { AgentRole } from '../api/agent-role.ts';
import type { Council } from '../api/council.ts';
import type { Method } from '../api/method.ts';
import type { Model } from '../api/model.ts';
import type { Pipeline } from '../api/pipeline.ts';
import type { WorkItem } from '../api/work-item.ts';
import { Admission, type QueueLimits } from '../controllers/admission.ts';
import { Attempts, type PlannedDeed } from '../controllers/attempts.ts';
import { JobAttempts } from '../controllers/job-attempts.ts';
import type { JobPort } from '../controllers/job-port.ts';
import { Operations } from '../controllers/operations.ts';
import { PinnedPipelines } from '../controllers/pinned-pipelines.ts';
import { reconcileWorkItem } from '../controllers/work-item-controller.ts';
import type { Again } from '../controllers/work-item-parts.ts';
import type { ArtifactPort, NamespaceFacts, AttemptContext, CachePort } from '../controllers/work-item-ports.ts';
import type { JsonValue } from '../api/json.ts';
import { labelNames } from '../core/manifest/labels.ts';
import { judge } from '../core/validation/judge.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import { RetryPolicy } from '../kube/retry-policy.ts';
import { type Change, type HostileCluster, LaggingCache } from './hostile-cluster.ts';
import { Crash } from './memory-cluster.ts';

/** What a process is started with. */
export interface ProcessSettings {
  readonly cluster: HostileCluster;
  readonly pipelines: Map<string, Pipeline>;
  readonly methods: readonly Method[];
  /** What agents act by and ask. */
  readonly agents: {
    readonly roles: readonly AgentRole[];
    readonly models: readonly Model[];
    readonly councils: readonly Council[];
  };
  readonly limits: QueueLimits;
  /** Asked before each write, which is the `count`-th of all (from 1). */
  readonly fault: (count: number, what: string) => 'crash-before' | 'crash-after' | undefined;
  /** Every write of every process, in order. */
  readonly writes: string[];
  /** What Pods are told to trust; nothing while that is not known. */
  readonly authorities: () => string;
  /** How many turns of others come between a call and its answer. */
  readonly delay: () => number;
}

/** One process of the operator: the real controller and what it is made of, on caches that lag, until it dies. */
export class OperatorProcess {
  isAlive = true;
  readonly queue = new Set<string>();
  /** When keys are due, in milliseconds. */
  readonly timers = new Map<string, number>();
  #told = 0;
  readonly #sleepers = new Map<() => void, number>();
  readonly operations: Operations;
  readonly admission: Admission;
  readonly attempts: Attempts;
  /** Errors that no lagging cache and no crash explains. */
  readonly errors: unknown[] = [];
  readonly #settings: ProcessSettings;
  readonly #workItems;
  readonly #jobs;
  readonly #pods;
  readonly #reconcile: (key: string) => Promise<Again>;
  readonly #retries = new RetryPolicy({ baseMs: 50, capMs: 30_000 }, () => 0.5);

  constructor(settings: ProcessSettings) {
    const { cluster, limits } = settings;
    this.#settings = settings;
    this.#workItems = new LaggingCache(cluster.workItems);
    this.#jobs = new LaggingCache(cluster.jobs);
    this.#pods = new LaggingCache(cluster.pods);
    const wake = (key: string) => void this.queue.add(key);
    this.operations = new Operations({ wake, limit: 4 });
    this.admission = new Admission(() => limits, wake);
    this.attempts = this.#makeAttempts();
    this.#reconcile = this.#makeController();
    for (const [key, workItem] of this.#workItems.objects) {
      this.admission.follow(workItem);
      wake(key);
    }
  }

  /** How many changes it has not seen. */
  get lag(): number {
    return this.#workItems.lag + this.#jobs.lag + this.#pods.lag;
  }

  /** Sees some of what has changed, of each kind by itself. */
  see(count: () => number = () => Infinity): void {
    for (const change of this.#workItems.take(count())) this.#seeWorkItem(change);
    for (const { object, before } of this.#jobs.take(count()))
      this.#wakeOwner((object ?? before)?.metadata.labels?.[labelNames.workItemUid]);
    for (const { object, before } of this.#pods.take(count())) this.#wakeOwner((object ?? before)?.workItemUid);
  }

  /** One turn of a key; what fails is tried again as the queue would do it. */
  async turn(key: string): Promise<void> {
    this.queue.delete(key);
    try {
      const { requeueAfterMs } = await this.#reconcile(key);
      this.#retries.forget(key);
      if (requeueAfterMs !== undefined) this.#wakeAfter(key, requeueAfterMs);
    } catch (error) {
      if (!this.isAlive) return;
      const { outcome, retryAfterMs } = this.#retries.judge(key, error);
      if (outcome === 'failed' || outcome === 'terminal') this.errors.push(error);
      if (retryAfterMs !== undefined) this.#wakeAfter(key, retryAfterMs);
    }
  }

  /** When something is due next, in milliseconds. */
  get nextDueMs(): number {
    return Math.min(...this.timers.values(), ...this.#sleepers.values());
  }

  /** Gives a turn to whatever is due. */
  wakeDue(): void {
    for (const [wake, atMs] of [...this.#sleepers]) if (atMs <= this.#settings.cluster.nowMs) wake();
    for (const [key, atMs] of [...this.timers])
      if (atMs <= this.#settings.cluster.nowMs) {
        this.timers.delete(key);
        this.queue.add(key);
      }
  }

  /** It ends at once: what it has in memory is lost, and nothing that it still does has any effect. */
  die(): void {
    this.isAlive = false;
    this.operations.stop();
    this.queue.clear();
    this.timers.clear();
  }

  #wakeAfter(key: string, delayMs: number): void {
    const atMs = this.#settings.cluster.nowMs + delayMs;
    this.timers.set(key, Math.min(atMs, this.timers.get(key) ?? Infinity));
  }

  #seeWorkItem({ key, object, before }: Change<WorkItem>): void {
    if (object !== undefined) this.admission.follow(object);
    else if (before !== undefined) {
      this.admission.remove(before);
      this.attempts.forget(before.metadata.uid ?? '');
    }
    this.queue.add(key);
  }

  #wakeOwner(workItemUid: string | undefined): void {
    for (const [key, { metadata }] of this.#workItems.objects) if (metadata.uid === workItemUid) this.queue.add(key);
  }

  /** Every write may be the last thing that the process does, before or after it took effect. */
  async #write<T>(what: string, work: (cluster: HostileCluster) => T): Promise<T> {
    const { cluster, fault, writes } = this.#settings;
    this.#assertAlive();
    const kind = fault(writes.push(what), what);
    await this.#pass();
    this.#assertAlive();
    if (kind === 'crash-before') this.#crash();
    const answer = work(cluster);
    if (kind === 'crash-after') this.#crash();
    await this.#pass();
    this.#assertAlive();
    return answer;
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.set(wake, this.#settings.cluster.nowMs + ms);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async #pass(): Promise<void> {
    for (let left = this.#settings.delay(); left >= 0; left -= 1) await Promise.resolve();
  }

  #crash(): never {
    this.die();
    throw new Crash();
  }

  #assertAlive(): void {
    if (!this.isAlive) throw new Crash();
  }

  #makeAttempts(): Attempts {
    const { cluster } = this.#settings;
    const jobs: JobPort = {
      jobsOf: (uid) =>
        [...this.#jobs.objects.values()].filter(({ metadata }) =>
          metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid),
        ),
      podsOf: ({ metadata: { uid } }) => ({
        pods: [...this.#pods.objects.values()].filter(({ jobUid }) => jobUid === uid),
        arePodsCurrent: this.#pods.hasSeen(this.#jobs.version),
      }),
      isolatePrograms: () => Promise.resolve(undefined),
      create: (manifest) => this.#write(`create Job ${manifest.metadata.name}`, () => cluster.createJob(manifest)),
      remove: (_namespace, { metadata: { name, uid } }) =>
        this.#write(`delete Job ${name}`, () => cluster.removeJob(name, uid)),
      removePod: (_namespace, { metadata: { name, uid } }) =>
        this.#write(`delete Pod ${name}`, () => cluster.removePod(name, uid)),
      removeAll: (_namespace, uid) =>
        this.#write('delete Jobs', () => {
          for (const { metadata } of cluster.jobsOf(uid)) cluster.removeJob(metadata.name);
        }),
    };
    const programs = {
      configMap: () => Promise.resolve(undefined),
      artifact: () => Promise.resolve(undefined),
      storeTask: () => Promise.reject(new Error('no task is that large')),
    };
    return new Attempts({
      jobs: new JobAttempts(jobs, programs, {
        images: { conclave: 'conclave', runtime: 'runtime' },
        serverUrl: 'https://server',
        certificateAuthorities: this.#settings.authorities,
        queueName: () => undefined,
      }),
      operations: this.operations,
      pause: (ms, signal) => this.#pause(ms, signal),
      ...{
        statusOfModel: () => undefined,
        allowedHosts: () => undefined,
        wake: (key: string) => void this.queue.add(key),
      },
      // Told anew whenever it is asked for: whatever pods tell, a run comes to the same end.
      progressOf: () => ({ turns: (this.#told += 1), toolCalls: 0, promptTokens: 0, completionTokens: 0 }),
      deedFor: (_executor, context) => this.#call(context),
      cleanUp: ({ workItem }) => this.#write('clean up', () => void cluster.cleanedUp.add(workItem.metadata.uid ?? '')),
    });
  }

  /** A call that may not be sent twice. */
  #call({ start: { path, attempt }, isFresh }: AttemptContext): PlannedDeed | { readonly outcome: AttemptOutcome } {
    if (!isFresh) return { outcome: { result: 'Unknown', message: 'it may have been sent before' } };
    const deed = () =>
      this.#write(`call ${path}`, ({ calls }): AttemptOutcome => {
        calls.push(`${attempt} ${path}`);
        return { result: 'Succeeded', outputs: { receipt: calls.length } };
      });
    return { deed };
  }

  #makeController() {
    const { cluster, pipelines, methods, agents } = this.#settings;
    return reconcileWorkItem({
      cluster: {
        observe: (key) => this.#workItems.objects.get(key),
        replaceStatus: (workItem, status) =>
          this.#write(`status ${workItem.metadata.name}`, () => cluster.replaceStatus(workItem, status)),
        remove: ({ metadata: { name, namespace = '', uid } }) =>
          this.#write(`delete ${name}`, () => {
            const key = `${namespace}/${name}`;
            if (cluster.workItems.objects.get(key)?.metadata.uid === uid) cluster.workItems.delete(key);
          }),
        removeAnnotations: (workItem, keys) =>
          this.#write(`prune ${workItem.metadata.name}`, () => cluster.removeAnnotations(workItem, keys)),
        tell: ({ metadata: { name } }, { reason, note }) => void cluster.told.push(`${name} ${reason}: ${note}`),
      },
      policies: {
        current: () => Promise.resolve(cluster.policies),
        fresh: () => Promise.resolve(cluster.policies),
      },
      attempts: this.attempts,
      admission: this.admission,
      pipelines: new PinnedPipelines({
        revisions: {
          load: (_namespace, revision) => Promise.resolve(cluster.revisions.get(revision)),
          keep: (_namespace, revision, content) =>
            this.#write(`keep ${revision.replace(/-\w+$/, '')}`, () => {
              if (!cluster.revisions.has(revision)) cluster.revisions.set(revision, structuredClone(content));
              return cluster.revisions.get(revision);
            }),
        },
        pipeline: (_namespace, name) => pipelines.get(name),
        world: () => ({
          world: { complete: true, methods, ...agents, pipelines: [] },
          stamp: '1',
        }),
        judge: (object, world) => judge([{ documents: [{ value: object }] }], world),
      }),
      artifacts: this.#artifactPort(),
      cache: this.#cachePort(),
      engines: { answer: () => Promise.resolve({ allowed: true }) },
      facts: this.#namespaceFacts(),
      recorded: () => undefined,
      clock: () => new Date(cluster.nowMs),
    });
  }

  #namespaceFacts(): NamespaceFacts {
    return {
      assets: () => [],
      budget: () => undefined,
      safety: () => ({ allowProduction: true, productionApprovals: 2 }),
      find: (namespace, name) => this.#workItems.objects.get(`${namespace}/${name}`),
      retention: ({ spec }) => ({ finishedJobsSeconds: 3600, workItemSeconds: spec.ttlSecondsAfterFinished }),
    };
  }

  #artifactPort(): ArtifactPort {
    const { cluster } = this.#settings;
    const held = new Map<string, JsonValue>();
    return {
      held,
      store: (_workItem, contents) =>
        this.#write('store', () => {
          for (const { digest, content } of contents) {
            cluster.artifacts.set(digest, content);
            held.set(digest, content);
          }
        }),
      keep: () => this.#write('keep artifacts', () => undefined),
      read: (_workItem, digest) => {
        const content = cluster.artifacts.get(digest);
        if (content === undefined) return Promise.reject(new Error(`${digest} was never stored`));
        held.set(digest, content);
        return Promise.resolve(content);
      },
    };
  }

  #cachePort(): CachePort {
    const { cluster } = this.#settings;
    return {
      lookUp: () => Promise.resolve(undefined),
      fill: ({ key, outputsDigest }) => this.#write('fill cache', () => void cluster.pointers.set(key, outputsDigest)),
    };
  }
}
