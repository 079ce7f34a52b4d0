import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModelSimulator, type SimulatorOptions } from '../../hack/model-simulator/model-simulator.ts';
import { apiVersion } from '../src/api/kind.ts';
import { modelKind, type Model } from '../src/api/model.ts';
import { adaptLogger } from '../src/cmd/adapt-logger.ts';
import { registerPipelineController } from '../src/cmd/controllers.ts';
import { registerModels } from '../src/cmd/models.ts';
import { observeEvents } from '../src/cmd/observers.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import { findCondition } from '../src/core/conditions.ts';
import { modelLabelName } from '../src/core/model/server-names.ts';
import { lookAtModel } from '../src/executors/look-at-model.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { systemClock as clock } from '../src/kube/clock.ts';
import { Cluster } from '../src/kube/cluster.ts';
import { EventRecorder } from '../src/kube/event-recorder.ts';
import { OperatorShell } from '../src/kube/operator-shell.ts';
import { type Pod, pods } from '../src/kube/pod.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { Metrics } from '../src/telemetry/metrics.ts';
import { connectAs } from './connect-as.ts';
import { installCrds } from './install-crds.ts';
import { installRights } from './install-rights.ts';
import { ignoreGone, PlayedNode } from './played-node.ts';
import { createTestNamespace, namespaces, type TestNamespace } from './test-cluster.ts';
import { until } from './work-items.ts';

export const modelType = resourceTypeOf<Model>(modelKind);

/** The controller of Models with the operator's own rights, a node that the test plays, and stand-ins for vLLM. */
export class ModelWorld {
  readonly client: KubeClient;
  readonly node: PlayedNode;
  readonly #own: TestNamespace;
  /** The operator's own, for what nobody else may write. */
  readonly operator: KubeClient;
  readonly #shell: OperatorShell;
  readonly #namespaces: string[] = [];
  readonly #simulators = new Set<ModelSimulator>();
  readonly #servers = new Map<string, string>();
  readonly #over = new AbortController();

  private constructor(own: TestNamespace, node: PlayedNode, operator: KubeClient) {
    this.client = own.client;
    this.node = node;
    this.#own = own;
    this.operator = operator;
    this.#shell = this.#join();
  }

  static async start(): Promise<ModelWorld> {
    const own = await createTestNamespace('models');
    await installCrds(own.client);
    await installRights(own.client);
    // Where the policies are installed, nobody else writes a status.
    const operator = await connectAs(own.client, { namespace: 'conclave-system', name: 'conclave-operator' });
    const world = new ModelWorld(own, await PlayedNode.start(own.client), operator);
    await world.#shell.start();
    void world.#shell.work();
    void world.#playPods();
    return world;
  }

  /** A namespace whose pods have to be restricted. */
  async addNamespace(): Promise<string> {
    const name = `models-${randomUUID().slice(0, 8)}`;
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await this.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    this.#namespaces.push(name);
    return name;
  }

  async simulate(options: Partial<SimulatorOptions> = {}): Promise<ModelSimulator> {
    const usual = { model: 'tiny', maxModelLen: 4096, seed: 0, latencyMs: 0, rules: [] };
    const simulator = await ModelSimulator.start({ ...usual, ...options });
    this.#simulators.add(simulator);
    return simulator;
  }

  /** What is asked of a Service goes to a stand-in: the pods of the played node answer nobody. */
  answerFor(host: string, url: string): void {
    this.#servers.set(host, url);
  }

  add(namespace: string, name: string, spec: object): Promise<Model> {
    const model = { apiVersion, kind: 'Model', metadata: { name, namespace }, spec: { modelName: 'tiny', ...spec } };
    return this.client.create(modelType, model);
  }

  /** Resolves with a Model whose condition `Ready` has a reason. */
  async reaches(namespace: string, name: string, reason: string): Promise<Model> {
    let seen: Model | undefined;
    const isSo = async () => {
      seen = await this.client.get(modelType, { namespace, name });
      return readyOf(seen)?.reason === reason && seen.status?.observedGeneration === seen.metadata.generation;
    };
    await until(`${name} is ${reason}`, isSo, 60_000).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is ${JSON.stringify(seen?.status)}`);
    });
    return seen as Model;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#shell.shutDown(1_000);
    await Promise.all([...this.#simulators].map((simulator) => simulator.stop()));
    await this.node.stop();
    for (const name of this.#namespaces) await this.client.delete(namespaces, { name }).catch(ignoreGone);
    await this.operator.close();
    await this.#own.remove();
  }

  #join(): OperatorShell {
    const telemetry = { logger: createLogger({ level: 'error' }), metrics: new Metrics() };
    const cluster = new Cluster({ client: this.operator, clock, random: Math.random });
    const reporter = { reportingController: 'conclave.dev/test', reportingInstance: this.#own.namespace };
    const events = new EventRecorder({ client: this.operator, reporter, clock, observer: observeEvents(telemetry) });
    const logger = adaptLogger(telemetry.logger);
    const shell = new OperatorShell({ cluster, clock, random: Math.random, logger });
    const parts = { shell, cluster, events, telemetry, namespaces: undefined, workers: 4, client: this.operator };
    registerPipelineController(parts);
    registerModels({
      ...parts,
      http: { allowLoopback: true },
      pauses: { readyMs: 500, notReadyMs: 500, absentMs: 500 },
      look: (address, looks, signal) => {
        const url = this.#servers.get(new URL(address.url).hostname);
        return lookAtModel(url === undefined ? address : { ...address, url }, looks, signal);
      },
    });
    return shell;
  }

  /** Pods of Models become ready on the played node, and go when they are told to. */
  async #playPods(): Promise<void> {
    const isOver = () => this.#over.signal.aborted;
    while (!isOver()) {
      const page = await this.client.listPage(pods, { labelSelector: modelLabelName, limit: 100 });
      for (const pod of page.items)
        if (pod.spec?.nodeName === this.node.name) await this.#playPod(pod).catch(ignoreGone);
      await sleep(100);
    }
  }

  async #playPod({ metadata: { name, namespace = '', deletionTimestamp, uid = '' }, status }: Pod): Promise<void> {
    if (deletionTimestamp !== undefined) {
      await this.client.delete(pods, { namespace, name }, { uid, gracePeriodSeconds: 0 });
      return;
    }
    if (status?.phase === 'Running') return;
    const at = new Date().toISOString();
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True', lastTransitionTime: at }));
    const merge = { status: { phase: 'Running', conditions, startTime: at } };
    await this.client.patch(pods, { namespace, name }, { merge }, { subresource: 'status' });
  }
}

/** The condition `Ready` of a Model. */
export const readyOf = ({ status }: Model) => findCondition(status?.conditions, 'Ready');
