import { without } from '../core/defined.ts';
import { observeJob } from '../core/execution/observe-job.ts';
import { annotationNames, indexLabel } from '../core/manifest/labels.ts';
import { isTooLarge } from '../core/manifest/read-stored-task.ts';
import type { PodImages } from '../core/manifest/render-containers.ts';
import { isProgram, type JobManifest, type JobParts, renderJob } from '../core/manifest/render-job.ts';
import { memberOf, membersOf } from '../core/manifest/members.ts';
import { fitsOneJob } from '../core/manifest/share-job.ts';
import { findMethod } from '../core/pipeline/step-methods.ts';
import { renderAttemptJob } from '../core/manifest/render-attempt-job.ts';
import type { WorkItem } from '../api/work-item.ts';
import { Waiting } from '../core/reconcile-error.ts';
import type { AttemptOutcome, ObservedAttempt } from '../core/work-item/observed.ts';
import type { JobPort, LiveJob, ProgramSource } from './job-port.ts';
import { isSameJson } from './is-same-json.ts';
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
    return this.#jobs.jobsOf(workItemUid).flatMap((job) => observeJob({ job, ...this.#jobs.podsOf(job) }));
  }

  /**
   * @throws Waiting as long as the certificate authorities of the server are not known: a Pod keeps what it was made with, and
   * could not bring its result home
   */
  assertReady(): void {
    if (this.#settings.certificateAuthorities() === '')
      throw new Waiting('the certificate of the server is not known yet', authoritiesDelayMs);
  }

  /** Makes the Job of an attempt; repeatable, because its name says which attempt it is. @throws Waiting as `assertReady` */
  async start(context: AttemptContext): Promise<JobStart> {
    this.assertReady();
    const prepared = await this.#prepare(context);
    if ('outcome' in prepared) return prepared;
    const { parts } = prepared;
    const { images, serverUrl } = this.#settings;
    const storedTask = isTooLarge(parts.task)
      ? { digest: await this.#programs.storeTask(context.workItem, parts.task), images, serverUrl }
      : undefined;
    return this.#create([context], { ...parts, storedTask });
  }

  /**
   * Makes the Job that attempts share; repeatable. Attempts whose tasks are too large together get a Job each, today and
   * whenever it is tried again, and so do those whose Pods have to differ: none must see what another needs.
   * @throws Waiting as `assertReady` does
   */
  async startTogether(contexts: readonly AttemptContext[]): Promise<JobStart> {
    this.assertReady();
    const prepared = await Promise.all(contexts.map((context) => this.#prepare(context)));
    const broken = prepared.find((each) => 'outcome' in each);
    if (broken !== undefined) return broken;
    const parts = prepared.flatMap((each) => ('parts' in each ? [each.parts] : []));
    const [first] = parts;
    if (first === undefined) return undefined;
    const shared = { name: first.start.jobName ?? '', members: parts };
    if (!fitsOneJob(shared) || !areAlike(parts)) return this.#startEach(contexts);
    return this.#create(contexts, { ...first, shared });
  }

  async #startEach(contexts: readonly AttemptContext[]): Promise<JobStart> {
    const started = await Promise.all(
      contexts.map((context) => this.start({ ...context, start: without(context.start, 'jobName') })),
    );
    return started.find((each) => each !== undefined);
  }

  async #create(contexts: readonly AttemptContext[], parts: OwnParts): Promise<JobStart> {
    const { certificateAuthorities, queueName } = this.#settings;
    const manifest = renderJob({
      ...parts,
      certificateAuthorities: certificateAuthorities(),
      queueName: queueName(parts.workItem.metadata.namespace ?? ''),
    });
    const refusal = await this.#isolate(parts);
    if (refusal !== undefined) return { refused: refusal };
    const creation = await this.#jobs.create(manifest);
    if (creation.kind === 'created') return undefined;
    if (creation.kind === 'refused') return { refused: creation.message };
    if (creation.kind === 'invalid')
      return { outcome: { result: 'Failed', reason: 'JobInvalid', message: creation.message, retryable: false } };
    const { found } = creation;
    if (found === undefined) return { refused: 'a Job of its name was deleted just now' };
    return contexts.every((context) => isOurs(found, context)) ? undefined : { outcome: foreign(manifest) };
  }

  /** No program begins where nothing would keep it from the network. */
  async #isolate({ workItem, start }: OwnParts): Promise<string | undefined> {
    return isProgram(start) ? this.#jobs.isolatePrograms(workItem.metadata.namespace ?? '') : undefined;
  }

  /** Ends the Job of an attempt, with its Pod; of a Job that others share, its Pod alone. */
  async stop(workItem: WorkItem, path: string, attempt: number): Promise<void> {
    const { uid: workItemUid = '', namespace = '' } = workItem.metadata;
    for (const job of this.#jobs.jobsOf(workItemUid)) {
      const members = membersOf(job.metadata);
      const index = members.findIndex((member) => member.path === path && member.attempt === attempt);
      if (index === -1 || job.metadata.deletionTimestamp !== undefined) continue;
      const { pods } = this.#jobs.podsOf(job);
      const own = pods.find(({ metadata }) => metadata.labels?.[indexLabel] === String(index));
      if (members.length > 1 && own !== undefined) await this.#jobs.removePod(namespace, own);
      // Without a Pod it could still get one: the others are lost with it, and begin again without having failed.
      else await this.#jobs.remove(namespace, job);
    }
  }

  isLeft(workItemUid: string): boolean {
    return this.#jobs.jobsOf(workItemUid).length > 0;
  }

  /** Removes the Jobs of a run that has ended. */
  async sweep({ metadata: { namespace = '', uid = '' } }: WorkItem): Promise<void> {
    await this.#jobs.removeAll(namespace, uid);
  }

  /** What the Job of an attempt is made of; or why it cannot be made. */
  async #prepare({
    workItem,
    start,
    pinned,
    agent,
  }: AttemptContext): Promise<{ readonly parts: OwnParts } | { readonly outcome: AttemptOutcome }> {
    const { images, serverUrl } = this.#settings;
    const method = start.method === undefined ? undefined : findMethod(pinned.methods, start.method);
    const program = await readProgram(this.#programs, workItem, start.step);
    if ('outcome' in program) return program;
    const artifacts = { url: serverUrl };
    return { parts: renderAttemptJob({ workItem, start, method, program: program.text, agent, images, artifacts }) };
  }
}

/** What a Job is made of that comes from its attempt. */
type OwnParts = Omit<JobParts, 'certificateAuthorities' | 'queueName'>;

/** Whether all that Pods are made of, their tasks aside, is the same. */
function areAlike(parts: readonly OwnParts[]): boolean {
  const [first, ...others] = parts.map((part) => without(part, 'start', 'task'));
  return others.every((other) => isSameJson(other, first));
}

/** A Job under our name is ours only when it is the WorkItem's own and was made from the same. */
function isOurs(found: LiveJob, { workItem, start }: AttemptContext): boolean {
  const { ownerReferences = [], annotations = {} } = found.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner?.uid !== workItem.metadata.uid) return false;
  if (start.jobName === undefined) return annotations[annotationNames.specDigest] === start.specDigest;
  const own = memberOf(start);
  return membersOf(found.metadata).some((member) => isSameJson(member, own));
}

const foreign = ({ metadata: { name } }: JobManifest): AttemptOutcome => ({
  result: 'Failed',
  reason: 'NameTaken',
  message: `a Job ${name} is there that this work item did not make; delete it, and the next attempt has a name of its own`,
  retryable: true,
});
