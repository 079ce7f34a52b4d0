import { annotationNames, indexLabel, labelNames } from '../core/manifest/labels.ts';
import { type Member, membersOf } from '../core/manifest/members.ts';
import { formatRanges } from '../core/work-item/ranges.ts';
import type { TerminationMessage } from '../api/runner-result.ts';
import type { HostileCluster, SimulatedJob, SimulatedPod } from './hostile-cluster.ts';

/** How the Pod of an attempt ends: as its program does, or by a disruption. */
export type PodEnd =
  { readonly exitCode: number; readonly message?: TerminationMessage } | { readonly evicted: string };

/** How an attempt ends, by its path and number. */
export type PodScript = (path: string, attempt: number, jobName: string) => PodEnd;

/** What the controller of Jobs, the scheduler, the kubelet and the garbage collector do in a cluster. */
export class SimulatedJobs {
  readonly #cluster: HostileCluster;
  readonly #script: PodScript;
  /** Of each Job, the indexes that are over, and whether they succeeded. */
  readonly #over = new Map<string, Map<number, boolean>>();

  constructor(cluster: HostileCluster, script: PodScript) {
    this.#cluster = cluster;
    this.#script = script;
  }

  /** One step of each Job that is chosen; says whether anything changed. */
  progress(isChosen: (job: SimulatedJob) => boolean = () => true): boolean {
    const before = this.#changes();
    this.collectGarbage();
    for (const job of [...this.#cluster.jobs.objects.values()]) if (isChosen(job)) this.#step(job);
    return this.#changes() > before;
  }

  /** What belongs to WorkItems that are gone goes too. */
  collectGarbage(): void {
    const living = new Set(Array.from(this.#cluster.workItems.objects.values(), ({ metadata }) => metadata.uid));
    for (const { metadata } of [...this.#cluster.jobs.objects.values()]) {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner !== undefined && !living.has(owner.uid)) this.#cluster.removeJob(metadata.name);
    }
  }

  /** Takes the nodes away from its Pods that run. */
  evict({ metadata: { uid } }: SimulatedJob): void {
    for (const pod of this.#podsOf(uid))
      if (pod.status?.phase === 'Running') this.#endPod(pod, { evicted: 'EvictionByEvictionAPI' });
  }

  #changes(): number {
    return this.#cluster.jobs.changes.length + this.#cluster.pods.changes.length;
  }

  #podsOf(jobUid: string): readonly SimulatedPod[] {
    return [...this.#cluster.pods.objects.values()].filter((pod) => pod.jobUid === jobUid);
  }

  /** Moves each index on by itself, as if it were the only one; without indexes there is but one. */
  #step(job: SimulatedJob): void {
    if (job.status?.conditions !== undefined) return;
    const members = membersOf(job.metadata);
    const over = this.#over.get(job.metadata.uid) ?? new Map<number, boolean>();
    this.#over.set(job.metadata.uid, over);
    for (const [index, member] of members.entries()) {
      const ended = over.has(index) ? undefined : this.#stepIndex(job, index, member);
      if (ended !== undefined) over.set(index, ended === 'Succeeded');
    }
    this.#report(job, members.length, over);
  }

  /** Says how its Pod has ended, once it has. */
  #stepIndex(job: SimulatedJob, index: number, { path, attempt }: Member): string | undefined {
    const pod = this.#cluster.pods.objects.get(podName(job, index));
    const phase = pod?.status?.phase;
    if (pod?.jobUid !== job.metadata.uid) this.#makePod(job, index);
    else if (phase === 'Pending')
      this.#cluster.pods.put(pod.metadata.name, { ...pod, status: { ...pod.status, phase: 'Running' } });
    else if (phase === 'Running') this.#endPod(pod, this.#script(path, attempt, job.metadata.name));
    else return phase;
    return undefined;
  }

  /** A Job says how its indexes stand, and that it has ended when all of them have. */
  #report(job: SimulatedJob, count: number, over: ReadonlyMap<number, boolean>): void {
    if (over.size < count) return;
    const isShared = job.metadata.annotations?.[annotationNames.members] !== undefined;
    const indexesOf = (wanted: boolean) => [...over].filter(([, good]) => good === wanted).map(([index]) => index);
    const failed = indexesOf(false);
    const condition =
      failed.length === 0
        ? { type: 'Complete', status: 'True' }
        : { type: 'Failed', status: 'True', reason: this.#reasonOf(job, isShared) };
    const ranges = { completedIndexes: formatRanges(indexesOf(true)), failedIndexes: formatRanges(failed) };
    const indexes = isShared ? (JSON.parse(JSON.stringify(ranges)) as object) : {};
    this.#cluster.jobs.put(job.metadata.name, { ...job, status: { conditions: [condition], ...indexes } });
  }

  #reasonOf({ metadata: { uid } }: SimulatedJob, isShared: boolean): string {
    if (isShared) return 'FailedIndexes';
    const conditions = this.#podsOf(uid).flatMap(({ status }) => status?.conditions ?? []);
    return conditions.some(({ type }) => type === 'DisruptionTarget') ? 'PodFailurePolicy' : 'BackoffLimitExceeded';
  }

  #makePod(job: SimulatedJob, index: number): void {
    const { uid, labels = {} } = job.metadata;
    const name = podName(job, index);
    this.#cluster.pods.put(name, {
      ...{ jobUid: uid, workItemUid: labels[labelNames.workItemUid] ?? '' },
      metadata: { name, uid: `pod-${this.#cluster.version}`, labels: { [indexLabel]: String(index) } },
      status: { phase: 'Pending' },
    });
  }

  #endPod(pod: SimulatedPod, end: PodEnd): void {
    const { name } = pod.metadata;
    if ('evicted' in end) {
      const disrupted = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: end.evicted,
        message: 'the node is drained',
      };
      this.#cluster.pods.put(name, { ...pod, status: { phase: 'Failed', conditions: [disrupted] } });
      return;
    }
    const { exitCode, message } = end;
    const terminated = { exitCode, ...(message === undefined ? {} : { message: JSON.stringify(message) }) };
    this.#cluster.pods.put(name, {
      ...pod,
      status: {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [{ name: 'collect', state: { terminated } }],
      },
    });
  }
}

const podName = ({ metadata: { name } }: SimulatedJob, index: number) => (index === 0 ? name : `${name}-${index}`);
