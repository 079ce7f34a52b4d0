import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aLeader, aNamespace, expectGoodEnds, expectRest, hasBegun, runSamples } from './engine-runs.ts';
import { EngineWorld } from './engine-world.ts';

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

const hourMs = 3_600_000;
const minutesAhead = (at: string | undefined) => Math.round((Date.parse(at ?? '') - Date.now()) / 60_000);

describe('an operator whose clock is wrong', () => {
  it.each([
    ['an hour ahead', hourMs],
    ['an hour behind', -hourMs],
  ])(
    'does no harm: %s',
    async (_what, aheadMs) => {
      const work = await aNamespace(world);
      const operator = await aLeader(world, work, { aheadMs });
      await runSamples(world, work);
      await expectGoodEnds(world, work, 900_000);
      expect(minutesAhead((await work.get('loops')).status?.startedAt)).toBeCloseTo(aheadMs / 60_000, -1);
      expect(operator.has('this process no longer leads; it stands again')).toBe(false);
    },
    1_200_000,
  );

  it.each([
    ['ahead is followed by one that is right', hourMs, 0],
    ['right is followed by one that is behind', 0, -hourMs],
  ])(
    'gives no attempt too little time when one that is %s',
    async (_what, first, second) => {
      const work = await aNamespace(world);
      const one = await aLeader(world, work, { aheadMs: first });
      await runSamples(world, work);
      await hasBegun(work);
      await one.kill();
      await aLeader(world, work, { aheadMs: second });
      await expectGoodEnds(world, work, 900_000);
    },
    1_200_000,
  );

  it.each([
    ['behind is followed by one that is right', -hourMs, 0],
    ['right is followed by one that is ahead', 0, hourMs],
  ])(
    'may end an attempt early, which is tried again, when one that is %s',
    async (_what, first, second) => {
      const work = await aNamespace(world);
      world.node.follow(work.namespace, ({ path }) => (path === 'slow' ? 'runs on' : { afterMs: 1_000, ...good }));
      const one = await aLeader(world, work, { aheadMs: first });
      await runSamples(world, work);
      await hasBegun(work);
      await one.kill();
      await aLeader(world, work, { aheadMs: second });
      for (const name of ['branches', 'groups', 'loops']) await work.reaches(name, 'Succeeded', 900_000);
      await expectRest(world, work);
    },
    1_200_000,
  );
});

const good = { says: { outcome: 'succeeded', outputs: { count: 5 } } } as const;
