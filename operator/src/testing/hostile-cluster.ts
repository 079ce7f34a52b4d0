import type { JsonValue } from '../api/json.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import type { JobCreation, LiveJob } from '../controllers/job-port.ts';
import type { PoliciesSeen } from '../controllers/decision-policies.ts';
import { isSameJson } from '../controllers/is-same-json.ts';
import { labelNames } from '../core/manifest/labels.ts';
import type { JobManifest } from '../core/manifest/render-job.ts';
import type { PodView } from '../core/execution/child-views.ts';
import type { PinnedContent } from '../core/pipeline/pin-pipeline.ts';
import { Waiting } from '../core/reconcile-error.ts';
import { Conflict } from '../kube/api-error.ts';
import { monday } from './planned-run.ts';

/** One change of an object, as a watch tells it; without an object it was deleted. */
export interface Change<T> {
  readonly key: string;
  readonly object: T | undefined;
  readonly before: T | undefined;
  /** When, among the changes of all tables. */
  readonly version: number;
}

let changes = 0;

/** Objects of one kind, and all their changes in order. */
export class Table<T> {
  readonly objects = new Map<string, T>();
  readonly changes: Change<T>[] = [];

  put(key: string, object: T): void {
    this.changes.push({ key, object, before: this.objects.get(key), version: ++changes });
    this.objects.set(key, object);
  }

  delete(key: string): void {
    const before = this.objects.get(key);
    if (!this.objects.delete(key)) return;
    this.changes.push({ key, object: undefined, before, version: ++changes });
  }
}

/** What one process has seen of a table: all of it when it began, then one change after the other. */
export class LaggingCache<T> {
  readonly objects: Map<string, T>;
  readonly #table: Table<T>;
  #at: number;

  constructor(table: Table<T>) {
    this.#table = table;
    this.objects = new Map(table.objects);
    this.#at = table.changes.length;
  }

  get lag(): number {
    return this.#table.changes.length - this.#at;
  }

  /** The last change that it has seen. */
  get version(): number {
    return this.#table.changes[this.#at - 1]?.version ?? 0;
  }

  /** Whether it has seen all changes up to one, which may be that of another table. */
  hasSeen(version: number): boolean {
    return (this.#table.changes[this.#at]?.version ?? Infinity) > version;
  }

  /** Takes in so many more changes, one after the other. */
  *take(most: number): Generator<Change<T>> {
    for (let left = most; left > 0; left -= 1) {
      const change = this.#table.changes[this.#at];
      if (change === undefined) return;
      this.#at += 1;
      if (change.object === undefined) this.objects.delete(change.key);
      else this.objects.set(change.key, change.object);
      yield change;
    }
  }
}

/** A Job, with the attempt that it runs. */
export interface SimulatedJob extends LiveJob {
  readonly metadata: LiveJob['metadata'] & { readonly uid: string };
}

/** A Pod, with the Job that controls it. */
export interface SimulatedPod extends PodView {
  readonly jobUid: string;
  readonly workItemUid: string;
}

/** All that outlives a process of the operator: objects of the API server, artifacts, and what the world outside was told. */
export class HostileCluster {
  nowMs = monday;
  readonly workItems = new Table<WorkItem>();
  readonly jobs = new Table<SimulatedJob>();
  readonly pods = new Table<SimulatedPod>();
  readonly revisions = new Map<string, PinnedContent>();
  readonly artifacts = new Map<string, JsonValue>();
  readonly pointers = new Map<string, string>();
  /** UIDs of WorkItems of whose ended runs all was taken away. */
  readonly cleanedUp = new Set<string>();
  /** Names of all Jobs that were ever made, in order. */
  readonly jobsMade: string[] = [];
  /** Calls that really reached somebody, as `attempt path`. */
  readonly calls: string[] = [];
  /** Every status that was recorded, in order. */
  readonly recorded: WorkItemStatus[] = [];
  /** The admission policies, as whoever reads them finds them. */
  policies: PoliciesSeen = { epoch: 'epoch-1' };
  /** What people were told of WorkItems, by every operator. */
  readonly told: string[] = [];
  /** Why a Job is not let in, as a quota would say it; undefined lets it in. */
  refuse: (manifest: JobManifest) => string | undefined = () => undefined;
  #version = 0;

  get version(): string {
    return String(++this.#version);
  }

  /** Puts a WorkItem there, or changes its spec, as a user does. */
  apply(name: string, spec: WorkItem['spec']): void {
    const key = `ns/${name}`;
    const before = this.workItems.objects.get(key);
    const { uid = `uid-${name}-${this.version}`, generation = 0 } = before?.metadata ?? {};
    const creationTimestamp = before?.metadata.creationTimestamp ?? new Date(this.nowMs).toISOString();
    this.workItems.put(key, {
      ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
      metadata: {
        ...{ name, namespace: 'ns', uid, creationTimestamp, generation: generation + 1 },
        annotations: { 'conclave.dev/requested-by': 'rita', ...before?.metadata.annotations },
        resourceVersion: this.version,
      },
      ...{ spec, status: before?.status ?? {} },
    });
  }

  /** Writes an annotation, as a person does. */
  annotate(name: string, annotations: Readonly<Record<string, string>>): void {
    const stored = this.workItems.objects.get(`ns/${name}`);
    if (stored === undefined) throw new Error(`there is no ${name}`);
    const merged = { ...stored.metadata.annotations, ...annotations };
    const metadata = { ...stored.metadata, annotations: merged, resourceVersion: this.version };
    this.workItems.put(`ns/${name}`, { ...stored, metadata });
  }

  removeAnnotations(workItem: WorkItem, keys: readonly string[]): void {
    const { key, stored } = this.#asRead(workItem);
    const { annotations = {} } = stored.metadata;
    const left = Object.fromEntries(Object.entries(annotations).filter(([name]) => !keys.includes(name)));
    const metadata = { ...stored.metadata, annotations: left, resourceVersion: this.version };
    this.workItems.put(key, { ...stored, metadata });
  }

  /** What a write changes: only as it was read. */
  #asRead({ metadata }: WorkItem) {
    const key = `${metadata.namespace ?? ''}/${metadata.name}`;
    const stored = this.workItems.objects.get(key);
    if (stored?.metadata.uid !== metadata.uid || stored === undefined) throw new Waiting('it was deleted', 1000);
    if (stored.metadata.resourceVersion !== metadata.resourceVersion) throw conflict(metadata.name);
    return { key, stored };
  }

  /** As the API server: by the version that was read, and without any change when there is none. */
  replaceStatus(workItem: WorkItem, status: WorkItemStatus): void {
    const { key, stored } = this.#asRead(workItem);
    if (isSameJson(stored.status, status)) return;
    const written = JSON.parse(JSON.stringify(status)) as WorkItemStatus;
    this.recorded.push(written);
    this.workItems.put(key, {
      ...stored,
      metadata: { ...stored.metadata, resourceVersion: this.version },
      status: written,
    });
  }

  createJob(manifest: JobManifest): JobCreation {
    const { metadata } = manifest;
    const found = this.jobs.objects.get(metadata.name);
    if (found !== undefined) return { kind: 'exists', found };
    const message = this.refuse(manifest);
    if (message !== undefined) return { kind: 'refused', message };
    this.jobsMade.push(metadata.name);
    this.jobs.put(metadata.name, { metadata: { ...metadata, uid: `job-${this.version}` }, status: {} });
    return { kind: 'created' };
  }

  /** In the background: the Job is gone at once, its Pods with it. */
  removeJob(name: string, uid = this.jobs.objects.get(name)?.metadata.uid): void {
    if (uid === undefined || this.jobs.objects.get(name)?.metadata.uid !== uid) return;
    this.jobs.delete(name);
    for (const [pod, { jobUid }] of [...this.pods.objects]) if (jobUid === uid) this.pods.delete(pod);
  }

  /** Its Job counts it as failed. */
  removePod(name: string, uid: string | undefined): void {
    if (this.pods.objects.get(name)?.metadata.uid === uid) this.pods.delete(name);
  }

  /** The Jobs that say that they are a WorkItem's. */
  jobsOf(workItemUid: string): readonly SimulatedJob[] {
    return [...this.jobs.objects.values()].filter(
      ({ metadata }) => metadata.labels?.[labelNames.workItemUid] === workItemUid,
    );
  }
}

const conflict = (name: string) =>
  new Conflict({
    target: { verb: 'update', resource: 'workitems', name },
    ...{ code: 409, reason: 'Conflict', said: 'the object has been modified' },
  });
