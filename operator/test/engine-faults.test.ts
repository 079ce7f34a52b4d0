import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, ProxiedRequest } from '../src/testing/fault.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { samples, sampleScript, stepsOf } from './engine-sample.ts';
import { EngineWorld } from './engine-world.ts';
import type { OperatorProcess } from './operator-process.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until, Work } from './work-items.ts';

let world: EngineWorld;

beforeAll(async () => {
  world = await EngineWorld.start();
});

afterEach(async () => {
  await world.killOperators();
});

afterAll(async () => {
  await world.stop();
});

/** A namespace for the samples. */
async function aNamespace(): Promise<Work> {
  const namespace = await world.addNamespace();
  world.node.follow(namespace, sampleScript);
  return new Work(world.client, namespace);
}

/** Makes a WorkItem of each sample. */
async function runSamples(work: Work): Promise<void> {
  for (const { name, pipeline } of samples(world.node.placement)) await work.add(name, { pipelineSpec: pipeline });
}

/** All samples have come to their ends, and each Job was made once. */
async function expectGoodEnds(work: Work): Promise<void> {
  for (const { name, steps } of samples(world.node.placement)) {
    const done = await work.reaches(name, 'Succeeded', 240_000);
    expect(stepsOf(done)).toEqual(steps);
  }
  const made = [...world.node.jobUids].filter(([key]) => key.startsWith(`${work.namespace}/`));
  expect(made.filter(([, uids]) => uids.size !== 1)).toEqual([]);
  // Three of `branches`, five of `groups`, four of `loops`: an attempt without a Job would show, and one with two.
  expect(made).toHaveLength(12);
}

const leads = (operator: OperatorProcess) => until('it leads', () => operator.has('this process leads'));
const writes =
  (method: string, plural: string) =>
  ({ method: used, path }: ProxiedRequest): boolean =>
    used === method && path.includes(`/${plural}`);

describe('an API server that misbehaves', () => {
  let proxy: FaultProxy;

  beforeAll(async () => {
    proxy = await FaultProxy.start(testKubeconfig());
  });

  afterEach(async () => {
    await proxy.heal();
  });

  afterAll(async () => {
    await proxy.close();
  });

  const aLeader = async (work: Work): Promise<void> => {
    const { namespace } = work;
    await leads(world.startOperator({ kubeconfig: proxy.kubeconfig, namespace, leaseName: namespace }));
  };

  it.each<[string, Fault, string, string, number]>([
    ['says of statuses that they have changed', { kind: 'answer', status: 409 }, 'PUT', 'workitems', 12],
    ['is busy', { kind: 'answer', status: 429, retryAfterSeconds: 1 }, 'POST', 'jobs', 4],
    ['fails on its own', { kind: 'answer', status: 500 }, 'PUT', 'workitems', 6],
    ['answers too late', { kind: 'delay', ms: 1_500 }, 'POST', 'jobs', 4],
    ['makes Jobs and does not say so', { kind: 'loseAnswer', how: 'reset' }, 'POST', 'jobs', 10],
    ['takes statuses and does not say so', { kind: 'loseAnswer', how: 'reset' }, 'PUT', 'workitems', 12],
    ['never answers one write', { kind: 'loseAnswer', how: 'silence' }, 'PUT', 'workitems', 1],
  ])('does no harm when it %s', async (_what, fault, method, plural, times) => {
    const work = await aNamespace();
    await aLeader(work);
    proxy.inject({ fault, when: writes(method, plural), times });
    await runSamples(work);
    await expectGoodEnds(work);
    expect(proxy.injected.splice(0).length).toBeGreaterThan(0);
  });

  it('does no harm when it ends every watch again and again', async () => {
    const work = await aNamespace();
    await aLeader(work);
    await runSamples(work);
    for (let time = 0; time < 6; time += 1) {
      await sleep(300);
      proxy.reset();
    }
    await expectGoodEnds(work);
  });

  it('does no harm when it goes away and comes back', async () => {
    const work = await aNamespace();
    await aLeader(work);
    await runSamples(work);
    await until('a run has begun', async () => (await work.get('loops')).status?.startedAt !== undefined);
    await proxy.leave();
    await sleep(3_000);
    await proxy.comeBack();
    await expectGoodEnds(work);
  });
});

describe('two operators', () => {
  it('of which one dies in the middle of a run end it as one does', async () => {
    const work = await aNamespace();
    const { namespace } = work;
    const first = world.startOperator({ namespace, leaseName: namespace });
    await leads(first);
    const second = world.startOperator({ namespace, leaseName: namespace });
    await until('the second is ready', () => second.isReady());
    await runSamples(work);
    await until('a run has begun', async () => (await work.get('loops')).status?.startedAt !== undefined);
    await first.kill();
    await expectGoodEnds(work);
    expect(second.has('this process leads')).toBe(true);
  });

  it('that both believe to lead make each Job once, and take each result once', async () => {
    const work = await aNamespace();
    const { namespace } = work;
    const both = ['one', 'other'].map((leaseName) =>
      world.startOperator({ namespace, leaseName: `${namespace}-${leaseName}` }),
    );
    await Promise.all(both.map(leads));
    await runSamples(work);
    await expectGoodEnds(work);
    expect(both.map(({ child }) => child.exitCode)).toEqual([null, null]);
  });
});
