import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, ProxiedRequest } from '../src/testing/fault.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { aLeader, aNamespace, expectGoodEnds, hasBegun, leads, runSamples } from './engine-runs.ts';
import { EngineWorld } from './engine-world.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until } from './work-items.ts';

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

  it.each<[string, Fault, string, string, number]>([
    ['says of statuses that they have changed', { kind: 'answer', status: 409 }, 'PUT', 'workitems', 12],
    ['is busy', { kind: 'answer', status: 429, retryAfterSeconds: 1 }, 'POST', 'jobs', 4],
    ['fails on its own', { kind: 'answer', status: 500 }, 'PUT', 'workitems', 6],
    ['answers too late', { kind: 'delay', ms: 1_500 }, 'POST', 'jobs', 4],
    ['makes Jobs and does not say so', { kind: 'loseAnswer', how: 'reset' }, 'POST', 'jobs', 10],
    ['takes statuses and does not say so', { kind: 'loseAnswer', how: 'reset' }, 'PUT', 'workitems', 12],
    ['never answers one write', { kind: 'loseAnswer', how: 'silence' }, 'PUT', 'workitems', 1],
  ])('does no harm when it %s', async (_what, fault, method, plural, times) => {
    const work = await aNamespace(world);
    await aLeader(world, work, { kubeconfig: proxy.kubeconfig });
    proxy.inject({ fault, when: writes(method, plural), times });
    await runSamples(world, work);
    await expectGoodEnds(world, work);
    expect(proxy.injected.splice(0).length).toBeGreaterThan(0);
  });

  it('does no harm when it ends every watch again and again', async () => {
    const work = await aNamespace(world);
    await aLeader(world, work, { kubeconfig: proxy.kubeconfig });
    await runSamples(world, work);
    for (let time = 0; time < 6; time += 1) {
      await sleep(300);
      proxy.reset();
    }
    await expectGoodEnds(world, work);
  });

  it('does no harm when it goes away and comes back', async () => {
    const work = await aNamespace(world);
    await aLeader(world, work, { kubeconfig: proxy.kubeconfig });
    await runSamples(world, work);
    await hasBegun(work);
    await proxy.leave();
    await sleep(3_000);
    await proxy.comeBack();
    await expectGoodEnds(world, work);
  });
});

describe('two operators', () => {
  it('of which one dies in the middle of a run end it as one does', async () => {
    const work = await aNamespace(world);
    const { namespace } = work;
    const first = world.startOperator({ namespace, leaseName: namespace });
    await leads(first);
    const second = world.startOperator({ namespace, leaseName: namespace });
    await until('the second is ready', () => second.isReady());
    await runSamples(world, work);
    await hasBegun(work);
    await first.kill();
    await expectGoodEnds(world, work);
    expect(second.has('this process leads')).toBe(true);
  });

  it('that both believe to lead make each Job once, and take each result once', async () => {
    const work = await aNamespace(world);
    const { namespace } = work;
    const both = ['one', 'other'].map((leaseName) =>
      world.startOperator({ namespace, leaseName: `${namespace}-${leaseName}` }),
    );
    await Promise.all(both.map(leads));
    await runSamples(world, work);
    await expectGoodEnds(world, work);
    expect(both.map(({ child }) => child.exitCode)).toEqual([null, null]);
  });
});
