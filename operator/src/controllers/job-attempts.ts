import type { Method } from '../api/method.ts';
import { observeJob } from '../core/execution/observe-job.ts';
import { annotationNames } from '../core/manifest/labels.ts';
import { attemptName } from '../core/manifest/names.ts';
import { isTooLarge } from '../core/manifest/read-stored-task.ts';
import type { PodImages } from '../core/manifest/render-containers.ts';
import { type JobManifest, renderJob } from '../core/manifest/render-job.ts';
import { findMethod } from '../core/pipeline/step-methods.ts';
import { renderAttemptJob } from '../core/manifest/render-attempt-job.ts';
import type { WorkItem } from '../api/work-item.ts';
import { Waiting } from '../core/reconcile-error.ts';
import type { AttemptOutcome, ObservedAttempt } from '../core/work-item/observed.ts';
import type { JobPort, LiveJob, ProgramSource } from './job-port.ts';
import { readProgram } from './read-program.ts';
import type { AttemptContext } from './work-item-ports.ts';

/** What Jobs are made with. */
export interface JobSettings {
  readonly images: PodImages;
  /** Where Pods reach the server. */
  readonly serverUrl: string;
  /** Certificate authorities of the server, as PEM, as they are now. */
  readonly certificateAuthorities: () => string;
  /** LocalQueue of Kueue that the Jobs of a namespace are put into. */
  readonly queueName: (namespace: string) => string | undefined;
}

/** What came of starting a Job; undefined when it is there, or was. */
export type JobStart =
  | { readonly outcome: AttemptOutcome }
  /** Not yet: it has to be tried again. */
  | { readonly refused: string }
  | undefined;

/** Whoever begins to lead knows them a moment later, in milliseconds. */
const authoritiesDelayMs = 250;

/** Attempts that are Jobs. */
export class JobAttempts {
  readonly #jobs: JobPort;
  readonly #programs: ProgramSource;
  readonly #settings: JobSettings;

  constructor(jobs: JobPort, programs: ProgramSource, settings: JobSettings) {
    this.#jobs = jobs;
    this.#programs = programs;
    this.#settings = settings;
  }

  observe(workItemUid: string): readonly ObservedAttempt[] {
    return this.#jobs.jobsOf(workItemUid).flatMap((job) => {
      const pods = job.metadata.uid === undefined ? [] : this.#jobs.podsOf(job.metadata.uid);
      return observeJob({ job, pods }) ?? [];
    });
  }

  /**
   * Makes the Job of an attempt; repeatable, because its name says which attempt it is. @throws Waiting as long as the
   * certificate authorities of the server are not known: a Pod keeps what it was made with, and could not bring its result home
   */
  async start(context: AttemptContext): Promise<JobStart> {
    if (this.#settings.certificateAuthorities() === '')
      throw new Waiting('the certificate of the server is not known yet', authoritiesDelayMs);
    const { workItem, start, pinned } = context;
    const method = start.method === undefined ? undefined : findMethod(pinned.methods, start.method);
    const program = await readProgram(this.#programs, workItem, start.step);
    if ('outcome' in program) return program;
    const manifest = await this.#render(context, method, program.text);
    const creation = await this.#jobs.create(manifest);
    if (creation.kind === 'created') return undefined;
    if (creation.kind === 'refused') return { refused: creation.message };
    if (creation.kind === 'invalid')
      return { outcome: { result: 'Failed', reason: 'JobInvalid', message: creation.message, retryable: false } };
    if (creation.found === undefined) return { refused: 'a Job of its name was deleted just now' };
    return isOurs(creation.found, context) ? undefined : { outcome: foreign(manifest) };
  }

  /** Ends the Job of an attempt, with its Pod. */
  async stop(workItem: WorkItem, path: string, attempt: number): Promise<void> {
    const { uid: workItemUid = '', namespace = '' } = workItem.metadata;
    const name = attemptName({ workItemUid, path, attempt });
    const job = this.#jobs.jobsOf(workItemUid).find(({ metadata }) => metadata.name === name);
    if (job !== undefined && job.metadata.deletionTimestamp === undefined) await this.#jobs.remove(namespace, job);
  }

  isLeft(workItemUid: string): boolean {
    return this.#jobs.jobsOf(workItemUid).length > 0;
  }

  /** Removes the Jobs of a run that has ended. */
  async sweep({ metadata: { namespace = '', uid = '' } }: WorkItem): Promise<void> {
    await this.#jobs.removeAll(namespace, uid);
  }

  async #render(
    { workItem, start, agent }: AttemptContext,
    method: Method | undefined,
    program: string | undefined,
  ): Promise<JobManifest> {
    const { images, serverUrl, certificateAuthorities, queueName } = this.#settings;
    const parts = renderAttemptJob({ workItem, start, method, program, agent, images, artifacts: { url: serverUrl } });
    const storedTask = isTooLarge(parts.task)
      ? { digest: await this.#programs.storeTask(workItem, parts.task), images, serverUrl }
      : undefined;
    return renderJob({
      ...{ ...parts, storedTask },
      certificateAuthorities: certificateAuthorities(),
      queueName: queueName(workItem.metadata.namespace ?? ''),
    });
  }
}

/** A Job under our name is ours only when it is the WorkItem's own and was made from the same. */
function isOurs(found: LiveJob, { workItem, start }: AttemptContext): boolean {
  const { ownerReferences = [], annotations = {} } = found.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return owner?.uid === workItem.metadata.uid && annotations[annotationNames.specDigest] === start.specDigest;
}

const foreign = ({ metadata: { name } }: JobManifest): AttemptOutcome => ({
  result: 'Failed',
  reason: 'NameTaken',
  message: `a Job ${name} is there that this work item did not make; delete it, and the next attempt has a name of its own`,
  retryable: true,
});
