import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, ProxiedRequest } from '../src/testing/fault.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { aLeader, aNamespace, expectGoodEnds, hasBegun, runSamples } from './engine-runs.ts';
import { EngineWorld } from './engine-world.ts';
import type { OperatorProcess } from './operator-process.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until } from './work-items.ts';

let world: EngineWorld;
let proxy: FaultProxy;

beforeAll(async () => {
  world = await EngineWorld.start();
  proxy = await FaultProxy.start(testKubeconfig());
});

afterEach(async () => {
  await world.killOperators();
  await proxy.heal();
  proxy.injected.length = 0;
});

afterAll(async () => {
  await proxy.close();
  await world.stop();
});

const plurals = ['workitems', 'jobs', 'pods'] as const;
const watches =
  (plural: string) =>
  ({ isWatch, path }: ProxiedRequest): boolean =>
    isWatch && path.endsWith(`/${plural}`);

/** Spoils the next watch of each kind that a run depends on, and ends those that are open. */
function spoilWatches(fault: Fault): void {
  for (const plural of plurals) proxy.inject({ fault, when: watches(plural) });
  proxy.reset();
}

/** Why watches of an operator were interrupted. */
const interruptions = ({ log }: OperatorProcess) =>
  log.filter(({ message }) => message === 'watch interrupted').map(({ reason }) => reason);

describe('watches in the middle of runs', () => {
  it.each<[string, Fault, string]>([
    ['go silent and stay open', { kind: 'halfOpen', afterBytes: 0 }, 'Stalled'],
    ['may not begin where they ended, and say so at once', { kind: 'answer', status: 410 }, 'Expired'],
    ['may not begin where they ended, and say so with an event', anExpiry(), 'Expired'],
  ])(
    'may be lost when they %s',
    async (_what, fault, reason) => {
      const work = await aNamespace(world);
      const operator = await aLeader(world, work, { kubeconfig: proxy.kubeconfig });
      await runSamples(world, work);
      await hasBegun(work);
      spoilWatches(fault);
      await until('each of them is spoilt', () => proxy.injected.length >= plurals.length);
      await expectGoodEnds(world, work, 900_000);
      expect(interruptions(operator)).toContain(reason);
    },
    1_200_000,
  );
});

function anExpiry(): Fault {
  return { kind: 'errorEvent', line: 0, status: 410 };
}

/** Jobs that are made: an attempt that times out after a second may have none yet where the API server is slow. */
const withOneTimedOut = [11, 12];

describe('an API server under load', () => {
  it('may answer everything late', async () => {
    const work = await aNamespace(world);
    await aLeader(world, work, { kubeconfig: proxy.kubeconfig });
    proxy.inject({ fault: { kind: 'delay', ms: 1_500 }, times: Infinity });
    await runSamples(world, work);
    await expectGoodEnds(world, work, 900_000, withOneTimedOut);
    expect(proxy.injected.length).toBeGreaterThan(40);
  }, 1_200_000);

  it('may ask to come back later half of the time, whatever is asked for', async () => {
    const work = await aNamespace(world);
    await aLeader(world, work, { kubeconfig: proxy.kubeconfig });
    const random = seededRandom(1);
    const fault = { kind: 'answer', status: 429, retryAfterSeconds: 1 } as const;
    // Leases have a priority of their own in a real cluster.
    const when = ({ path }: ProxiedRequest) => !path.includes('/leases') && random() < 0.5;
    proxy.inject({ fault, when, times: Infinity });
    await runSamples(world, work);
    await expectGoodEnds(world, work, 900_000, withOneTimedOut);
    expect(proxy.injected.length).toBeGreaterThan(15);
  }, 1_200_000);
});
