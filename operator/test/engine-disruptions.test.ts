import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import type { Pod } from '../src/kube/pod.ts';
import { aStep } from './engine-sample.ts';
import { expectRest, leads } from './engine-runs.ts';
import { EngineWorld } from './engine-world.ts';
import type { OperatorProcess } from './operator-process.ts';
import { PlayedNode, type Script } from './played-node.ts';
import { exists, namespaces } from './test-cluster.ts';
import { stepOf, until, Work } from './work-items.ts';

let world: EngineWorld;
let operator: OperatorProcess;
const nodes: PlayedNode[] = [];

beforeAll(async () => {
  world = await EngineWorld.start();
  operator = world.startOperator();
  await leads(operator);
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await world.stop();
});

/** A node of a test's own, which may be cleared. */
async function aNode(): Promise<PlayedNode> {
  const node = await PlayedNode.start(world.client);
  nodes.push(node);
  return node;
}

/** The first attempt runs until something ends it; every other succeeds at once. */
const firstRunsOn: Script = ({ attempt }) => (attempt === 1 ? 'runs on' : {});

/** A namespace in which one step runs, which may not be tried again. */
async function aRun(
  script: Script = firstRunsOn,
  node = world.node,
): Promise<{ readonly work: Work; readonly pod: Pod }> {
  const namespace = await world.addNamespace();
  node.follow(namespace, script);
  const work = new Work(world.client, namespace);
  await work.addTenant({ retention: { finishedJobsSeconds: 1 } });
  await work.run('run', [aStep('a', { placement: node.placement, ...once })]);
  const running = () =>
    node.podsOf(namespace).find(({ spec, status }) => spec?.nodeName !== undefined && status?.phase === 'Pending');
  await until('its Pod runs', () => running() !== undefined);
  return { work, pod: running()! };
}

const once = { retryPolicy: { maxAttempts: 1 } };

const resultsOf = (done: WorkItem) => stepOf(done, 'a')?.attempts?.map(({ result }) => result);

/** The first attempt was lost by no fault of its own, and the second succeeded. */
async function expectAnother(work: Work, reason: string): Promise<void> {
  const done = await work.reaches('run', 'Succeeded', 600_000);
  const step = stepOf(done, 'a');
  expect(resultsOf(done)).toEqual(['Disrupted', 'Succeeded']);
  // In the words of its Job when the Pod is gone by then.
  expect([reason, 'PodFailurePolicy']).toContain(step?.attempts?.[0]?.reason);
  expect(step?.failures).toBeUndefined();
  await expectRest(world, work);
}

// Most of it is waiting for the cluster's own clocks: they wait together.
describe.concurrent('a Pod that is taken away', () => {
  it('by an eviction is followed by another attempt, which is no retry', async () => {
    const { work, pod } = await aRun();
    await world.node.evict(pod);
    await expectAnother(work, 'EvictionByEvictionAPI');
  }, 1_200_000);

  it('because its node is cleared is followed by another attempt, which is no retry', async () => {
    const node = await aNode();
    const { work } = await aRun(firstRunsOn, node);
    await node.clear();
    await until('it is gone', () => node.podsOf(work.namespace).every(isNotBound));
    await node.open();
    await expectAnother(work, 'DeletionByTaintManager');
  }, 1_200_000);

  it('by preemption is followed by another attempt, which is no retry', async () => {
    const { work, pod } = await aRun();
    await world.node.preempt(pod);
    await expectAnother(work, 'PreemptionByScheduler');
  }, 1_200_000);

  it('with its node, of which nothing is heard any more, is followed by another attempt, which is no retry', async () => {
    const node = await aNode();
    const { work, pod } = await aRun(firstRunsOn, node);
    await node.vanish();
    // The cluster itself finds that the node is no more, after about a minute.
    await until(
      'it is gone',
      () => node.podsOf(work.namespace).every(({ metadata }) => metadata.uid !== pod.metadata.uid),
      600_000,
    );
    await node.comeBack();
    await expectAnother(work, 'DeletionByPodGC');
  }, 1_200_000);
});

const isNotBound = ({ spec }: Pod) => spec?.nodeName === undefined;

describe.concurrent('a namespace that is deleted in the middle of a run', () => {
  it('is forgotten: it goes with all that is in it, and work elsewhere goes on', async () => {
    const { work, pod } = await aRun(() => 'runs on');
    const { work: other, pod: going } = await aRun(() => 'runs on');
    const { namespace } = work;
    await work.client.delete(namespaces, { name: namespace });
    await until('it is gone', async () => !(await exists(work.client, namespaces, { name: namespace })), 600_000);
    expect(world.node.podsOf(namespace)).toEqual([]);
    const failuresOf = () =>
      operator.log.filter((line) => line.level !== 'info' && JSON.stringify(line).includes(namespace));
    const before = failuresOf().length;
    expect(before).toBeLessThan(20);
    await world.node.end(going);
    await other.reaches('run', 'Succeeded');
    await sleep(5_000);
    expect(failuresOf().slice(before)).toEqual([]);
    expect(pod.metadata.namespace).toBe(namespace);
  }, 1_200_000);
});
