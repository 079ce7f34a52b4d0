import { JobAttempts } from '../controllers/job-attempts.ts';
import type { JobCreation, JobPort, LiveJob } from '../controllers/job-port.ts';
import type { AttemptContext } from '../controllers/work-item-ports.ts';
import type { PodView } from '../core/execution/child-views.ts';
import type { JobManifest } from '../core/manifest/render-job.ts';
import type { PinnedPipeline } from '../core/work-item/observed.ts';
import { type AttemptSketch, anAttempt } from './an-attempt.ts';

/** Jobs whose creation goes as a test says; those that were let in are there at once. */
export class ScriptedJobs implements JobPort {
  /** How the next creations go: an Error is no answer; they are let in once nothing is left. */
  readonly script: (JobCreation | Error)[] = [];
  readonly manifests: JobManifest[] = [];
  readonly removed: string[] = [];
  readonly pods: PodView[] = [];
  /** Namespaces whose programs were kept from the network, and why they are not. */
  /** What Pods are told to trust. */
  authorities = 'PEM';
  readonly isolated: string[] = [];
  isolationRefused: string | undefined;
  readonly jobs = new Map<string, LiveJob>();
  /** Programs in ConfigMaps, as `name/key`, and in artifacts, by digest. */
  readonly programs = new Map<string, string>();

  jobsOf(): readonly LiveJob[] {
    return [...this.jobs.values()];
  }

  podsOf(): ReturnType<JobPort['podsOf']> {
    return { pods: this.pods, arePodsCurrent: true };
  }

  removePod(_namespace: string, { metadata: { name } }: PodView): Promise<void> {
    this.removed.push(name);
    return Promise.resolve();
  }

  isolatePrograms(namespace: string): Promise<string | undefined> {
    this.isolated.push(namespace);
    return Promise.resolve(this.isolationRefused);
  }

  create(manifest: JobManifest): Promise<JobCreation> {
    this.manifests.push(manifest);
    const next = this.script.shift() ?? { kind: 'created' };
    if (next instanceof Error) return Promise.reject(next);
    if (next.kind === 'created') this.put(manifest);
    return Promise.resolve(next);
  }

  remove(_namespace: string, { metadata: { name } }: LiveJob): Promise<void> {
    this.removed.push(name);
    this.jobs.delete(name);
    return Promise.resolve();
  }

  removeAll(): Promise<void> {
    this.removed.push(...this.jobs.keys());
    this.jobs.clear();
    return Promise.resolve();
  }

  /** Makes a Job visible. */
  put({ metadata }: JobManifest): LiveJob {
    const job = { metadata: { ...metadata, uid: `uid-of-${metadata.name}` } };
    this.jobs.set(metadata.name, job);
    return job;
  }

  /** Attempts that are Jobs, made here. */
  attempts(): JobAttempts {
    const find = (key: string) => Promise.resolve(this.programs.get(key));
    const programs = {
      configMap: (_namespace: string, name: string, key: string) => find(`${name}/${key}`),
      artifact: (_workItem: object, digest: string) => find(digest),
      storeTask: () => Promise.reject(new Error('no task is that large')),
    };
    return new JobAttempts(this, programs, {
      images: { conclave: 'conclave', runtime: 'runtime' },
      ...{ serverUrl: 'https://server', certificateAuthorities: () => this.authorities, queueName: () => undefined },
    });
  }
}

/** An attempt with all that it is started with. */
export function aContext(sketch: AttemptSketch = {}, pinned: Partial<PinnedPipeline> = {}): AttemptContext {
  const content = { methods: [], ...pinned } as unknown as PinnedPipeline;
  return { key: 'team/order', ...anAttempt(sketch), pinned: content, isFresh: true };
}
