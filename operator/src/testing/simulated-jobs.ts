import { annotationNames, labelNames } from '../core/manifest/labels.ts';
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

  /** Takes a Pod's node away from it. */
  evict({ metadata: { name, uid } }: SimulatedJob): void {
    const pod = this.#cluster.pods.objects.get(name);
    if (pod?.jobUid === uid && pod.status?.phase === 'Running') this.#endPod(pod, { evicted: 'EvictionByEvictionAPI' });
  }

  #changes(): number {
    return this.#cluster.jobs.changes.length + this.#cluster.pods.changes.length;
  }

  #step(job: SimulatedJob): void {
    if (job.status?.conditions !== undefined) return;
    const pod = this.#cluster.pods.objects.get(job.metadata.name);
    if (pod?.jobUid !== job.metadata.uid) this.#makePod(job);
    else if (pod.status?.phase === 'Pending')
      this.#cluster.pods.put(pod.metadata.name, { ...pod, status: { ...pod.status, phase: 'Running' } });
    else if (pod.status?.phase === 'Running') this.#endPod(pod, this.#endOf(job));
    else this.#endJob(job, pod);
  }

  #endOf({ metadata: { name, labels = {}, annotations = {} } }: SimulatedJob): PodEnd {
    return this.#script(annotations[annotationNames.path] ?? '', Number(labels[labelNames.attempt]), name);
  }

  #makePod({ metadata: { name, uid, labels = {} } }: SimulatedJob): void {
    this.#cluster.pods.put(name, {
      ...{ jobUid: uid, workItemUid: labels[labelNames.workItemUid] ?? '' },
      ...{ metadata: { name, uid: `pod-${this.#cluster.version}` }, status: { phase: 'Pending' } },
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

  #endJob(job: SimulatedJob, { status }: SimulatedPod): void {
    const isDisrupted = status?.conditions?.some(({ type }) => type === 'DisruptionTarget') ?? false;
    const condition =
      status?.phase === 'Succeeded'
        ? { type: 'Complete', status: 'True' }
        : {
            ...{ type: 'Failed', status: 'True' },
            reason: isDisrupted ? 'PodFailurePolicy' : 'BackoffLimitExceeded',
          };
    this.#cluster.jobs.put(job.metadata.name, { ...job, status: { conditions: [condition] } });
  }
}
