import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminationMessage } from '../src/api/runner-result.ts';
import { annotationNames, labelNames } from '../src/core/manifest/labels.ts';
import { memberOfPod } from '../src/core/manifest/members.ts';
import { Conflict, NotFound } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { systemClock as clock } from '../src/kube/clock.ts';
import { Cluster } from '../src/kube/cluster.ts';
import { jobs, type Job } from '../src/kube/job.ts';
import { pods, type Pod } from '../src/kube/pod.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';

const nodes: ResourceType = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

/** Which attempt a Pod is for. */
export interface PlayedPod {
  readonly path: string;
  readonly attempt: number;
}

/** How a Pod ends. */
export interface PodEnd {
  /** Of the container that collects the result; 0 by default. */
  readonly exitCode?: number;
  readonly says?: TerminationMessage;
  /** How long it runs; it ends at once by default. */
  readonly afterMs?: number;
}

/** Says how a Pod ends; one that runs on ends when the test says so, or when it is deleted. */
export type Script = (pod: PlayedPod) => PodEnd | 'runs on';

const taint = 'conclave.dev/played';
const ourTaint = { key: taint, effect: 'NoSchedule' };
/** The node counts as lost when nothing is heard of it for much longer. */
const heartbeatMs = 5_000;
const ours = { labelSelector: labelNames.workItemUid };

/**
 * A node of a real cluster, whose kubelet is played by the test: Pods of attempts are scheduled to it and end as the
 * script of their namespace says. Everything else is the cluster's own: Jobs, scheduler, garbage collector.
 */
export class PlayedNode {
  /** UIDs that Jobs of attempts have had, by namespace and name: each should have had one. */
  readonly jobUids = new Map<string, Set<string>>();
  readonly name = `played-${randomUUID().slice(0, 8)}`;
  readonly #client: KubeClient;
  readonly #cluster: Cluster;
  readonly #scripts = new Map<string, Script>();
  readonly #begun = new Set<string>();
  readonly #over = new AbortController();
  #isGone = false;

  private constructor(client: KubeClient) {
    this.#client = client;
    this.#cluster = new Cluster({ client, clock, random: Math.random });
    this.#cluster.cache(pods, { selection: ours }).subscribe(({ type, object }) => {
      if (type !== 'deleted') void this.#play(object).catch(ignoreGone);
    });
    this.#cluster.cache(jobs, { selection: ours }).subscribe(({ key, object }) => {
      this.jobUids.set(key, (this.jobUids.get(key) ?? new Set()).add(object.metadata.uid ?? ''));
    });
  }

  /** A node that is ready. */
  static async start(client: KubeClient): Promise<PlayedNode> {
    const node = new PlayedNode(client);
    await node.#join();
    void node.#beatOn();
    node.#cluster.start();
    await node.#cluster.whenSynced();
    return node;
  }

  /** What a step says so that its Pods come here. */
  get placement(): object {
    const tolerations = [{ key: taint, operator: 'Exists' }];
    return { nodeSelector: { 'kubernetes.io/hostname': this.name }, tolerations };
  }

  /** How Pods of a namespace end from now on; without a script they succeed at once and say nothing. */
  follow(namespace: string, script: Script): void {
    this.#scripts.set(namespace, script);
  }

  /** The Pods of a namespace as they are seen here. */
  podsOf(namespace: string): readonly Pod[] {
    return this.#cluster
      .cached(pods)
      .list()
      .filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** The Jobs of a namespace as they are seen here. */
  jobsOf(namespace: string): readonly Job[] {
    return this.#cluster
      .cached(jobs)
      .list()
      .filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Ends a Pod that runs on. */
  async end(pod: Pod, { exitCode = 0, says }: PodEnd = {}): Promise<void> {
    const { namespace = '', name } = pod.metadata;
    const at = new Date().toISOString();
    const message = says === undefined ? {} : { message: JSON.stringify(says) };
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const terminated = { exitCode, reason, startedAt: at, finishedAt: at, ...message };
    const container = { ...aContainer('collect'), state: { terminated } };
    const status = { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [container] };
    await this.#client.patch(pods, { namespace, name }, { merge: { status } }, { subresource: 'status' });
  }

  /** Asks for the eviction of a Pod, as a drain does. */
  async evict({ metadata: { namespace = '', name } }: Pod): Promise<void> {
    const metadata = { namespace, name };
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata };
    await this.#client.create<KubeObject>(pods, eviction, { subresource: 'eviction' });
  }

  /** Takes a Pod away as the scheduler does for one of more importance: it says so, and deletes it. */
  async preempt({ metadata: { namespace = '', name } }: Pod): Promise<void> {
    const reason = { reason: 'PreemptionByScheduler', message: 'a Pod of more importance came' };
    const disrupted = { type: 'DisruptionTarget', status: 'True', ...reason };
    const status = { conditions: [{ ...disrupted, lastTransitionTime: new Date().toISOString() }] };
    await this.#client.patch(pods, { namespace, name }, { merge: { status } }, { subresource: 'status' });
    await this.#client.delete(pods, { namespace, name });
  }

  /** The machine is lost, and whoever runs the cluster takes its node out: nobody says how its Pods ended. */
  async vanish(): Promise<void> {
    this.#isGone = true;
    await this.#client.delete(nodes, { name: this.name });
  }

  /** Another machine takes its place under its name. */
  async comeBack(): Promise<void> {
    this.#isGone = false;
    await this.#join();
  }

  /** Tells the cluster to clear the node, as it does itself when a node is not heard of any more. */
  async clear(): Promise<void> {
    const spec = { taints: [ourTaint, { key: 'conclave.dev/cleared', effect: 'NoExecute' }] };
    await this.#client.patch(nodes, { name: this.name }, { merge: { spec } });
  }

  /** Lets Pods in again. */
  async open(): Promise<void> {
    await this.#client.patch(nodes, { name: this.name }, { merge: { spec: { taints: [ourTaint] } } });
  }

  /** Takes the node away. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#cluster.stop();
    await this.#client.delete(nodes, { name: this.name }).catch(ignoreGone);
  }

  async #join(): Promise<void> {
    const { name } = this;
    const spec = { taints: [ourTaint] };
    const metadata = { name, labels: { 'kubernetes.io/hostname': name } };
    await this.#client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata, spec } as KubeObject);
    await this.#beat();
  }

  async #play(pod: Pod): Promise<void> {
    if (this.#isGone) return;
    const { namespace = '', uid = '', deletionTimestamp } = pod.metadata;
    if (pod.spec?.nodeName !== this.name) return;
    if (deletionTimestamp !== undefined) return this.#kill(pod);
    if (this.#begun.has(uid)) return;
    this.#begun.add(uid);
    const played = memberOfPod(pod.metadata) ?? { path: '', attempt: Number.NaN };
    const end = isTrusting(pod) ? (this.#scripts.get(namespace)?.(played) ?? {}) : cannotReport;
    if (end === 'runs on') return;
    if (end.afterMs !== undefined) await sleep(end.afterMs, undefined, { signal: this.#over.signal });
    return this.end(pod, end);
  }

  /** As a kubelet does: the containers end first, and say so; then the Pod may go. */
  async #kill(pod: Pod): Promise<void> {
    const { namespace = '', name, uid = '' } = pod.metadata;
    if (pod.status?.phase === 'Pending') await this.end(pod, { exitCode: 137 });
    await this.#client.delete(pods, { namespace, name }, { uid, gracePeriodSeconds: 0 });
  }

  async #beatOn(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await sleep(heartbeatMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
      await this.#beat().catch(() => undefined);
    }
  }

  async #beat(): Promise<void> {
    if (this.#isGone) return;
    const at = new Date().toISOString();
    const ready = { type: 'Ready', status: 'True', reason: 'Played', message: '', lastHeartbeatTime: at };
    const resources = { 'nvidia.com/gpu': '8', cpu: '64', memory: '1Ti', pods: '5000' };
    const status = { capacity: resources, allocatable: resources, conditions: [{ ...ready, lastTransitionTime: at }] };
    await this.#client.patch(nodes, { name: this.name }, { merge: { status } }, { subresource: 'status' });
  }
}

/** Without certificate authorities a Pod could not bring its result to the server. */
const isTrusting = ({ metadata: { annotations = {} } }: Pod) =>
  (annotations[annotationNames.certificateAuthorities] ?? '') !== '';
const cannotReport: PodEnd = { exitCode: 10 };

const aContainer = (name: string) => ({
  ...{ name, image: 'played', imageID: '', ready: false, restartCount: 0 },
});

/** What is gone already, or has changed meanwhile, is no harm to whoever plays with it. */
export function ignoreGone(error: unknown): void {
  const isGone = error instanceof NotFound || error instanceof Conflict;
  if (!isGone && !(error instanceof Error && error.name === 'AbortError')) throw error;
}
