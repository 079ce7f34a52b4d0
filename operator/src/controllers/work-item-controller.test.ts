import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkItemSpec } from '../api/work-item.ts';
import { everything, everythingInputs, payMethod, programs } from '../testing/engine-scenario.ts';
import { type EngineWorld, HostileEngine } from '../testing/hostile-engine.ts';
import { findBrokenPromises, findLeftovers } from '../testing/run-leftovers.ts';
import { seededRandom } from '../testing/seeded-random.ts';

const ofEverything: WorkItemSpec = { pipelineRef: { name: 'everything' }, inputs: everythingInputs };

function aWorld(world: Partial<EngineWorld> = {}, spec = ofEverything): HostileEngine {
  const engine: HostileEngine = new HostileEngine({
    ...{ pipelines: [everything], methods: [payMethod], script: programs(() => engine.cluster) },
    ...world,
  });
  engine.cluster.apply('w', spec);
  return engine;
}

const statusOf = (engine: HostileEngine) => engine.workItem('w')?.status ?? {};
const hasEnded = (engine: HostileEngine) => () => statusOf(engine).finishedAt !== undefined;

/** Every step has one result, of an attempt that was really made; the call was sent once, or nobody knows. */
function expectOneResultEach(engine: HostileEngine): void {
  const { phase, outputs, steps = [] } = statusOf(engine);
  const isUnknown = steps.some(({ path, reason }) => path === 'pay' && reason === 'OutcomeUnknown');
  expect(phase).toBe(isUnknown ? 'Failed' : 'Succeeded');
  if (isUnknown) return;
  const results = (outputs as { results: number[] }).results;
  expect(new Set(results).size).toBe(5);
  for (const made of results) expect(engine.cluster.jobsMade[made - 1]).toMatch(/^work-\d+-/);
  const accepted = steps.filter(({ attempts = [] }) => attempts.some(({ result }) => result === 'Succeeded'));
  expect(accepted.map(({ path }) => path).sort()).toEqual(['first', 'flaky', 'pay', 'second', 'third', 'yes']);
  expect(engine.cluster.calls).toEqual(['1 pay']);
}

/** To the end of the run, to the end of what is kept of it, and to the end of the WorkItem. */
async function expectGoodEnd(engine: HostileEngine): Promise<void> {
  await engine.settle(hasEnded(engine));
  expectOneResultEach(engine);
  await expectNothingLeft(engine);
}

async function expectNothingLeft(engine: HostileEngine): Promise<void> {
  await engine.settle();
  expect(findLeftovers(engine)).toEqual([]);
  engine.cluster.workItems.delete('ns/w');
  await engine.settle();
  expect([...findBrokenPromises(engine), ...findLeftovers(engine)]).toEqual([]);
}

/** Jobs whose Pods have not ended. */
const goingOn = ({ cluster }: HostileEngine) =>
  Array.from(cluster.jobs.objects.keys()).filter((name) => {
    const { phase = 'Pending' } = cluster.pods.objects.get(name)?.status ?? {};
    return phase !== 'Succeeded' && phase !== 'Failed';
  });

function aHostileWorld(seed: number, world: Partial<EngineWorld> = {}, spec = ofEverything) {
  const random = seededRandom(seed);
  const choose = (below: number) => Math.floor(random() * below);
  const engine = aWorld({ ...world, choose }, spec);
  const beHostile = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) await engine.hostileRound(choose);
  };
  return { engine, choose, beHostile };
}

const seeds = Math.ceil(Number(process.env['CONCLAVE_PROPERTY_RUNS'] ?? 150) / 10);

async function forSeeds(run: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= seeds; seed += 1)
    await run(seed).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    });
}

describe('reconcileWorkItem', () => {
  it('brings a run to its end, and leaves nothing but its record', async () => {
    const engine = aWorld();
    await expectGoodEnd(engine);
    expect(engine.cluster.calls).toEqual(['1 pay']);
  });

  describe('an operator that dies', () => {
    let writes: readonly string[] = [];
    beforeAll(async () => {
      const engine = aWorld();
      await engine.settle();
      writes = engine.writes;
      console.log(`${writes.length * 2} points at which the operator dies`);
    });

    it.each(['crash-before', 'crash-after'] as const)('is no harm at any write (%s)', async (kind) => {
      expect(writes.length).toBeGreaterThan(20);
      for (const [at, what] of writes.entries()) {
        const engine = aWorld({ fault: (count) => (count === at + 1 ? kind : undefined) });
        await expectGoodEnd(engine).catch((cause: unknown) => {
          throw new Error(`${kind} of write ${at + 1} (${what}): ${String(cause)}`, { cause });
        });
        expect(engine.restarts).toBe(1);
      }
    });

    it('is no harm when it dies again and again', async () => {
      await forSeeds(async (seed) => {
        const random = seededRandom(seed);
        const fault = (count: number) =>
          count < 60 && random() < 0.3 ? (random() < 0.5 ? 'crash-before' : 'crash-after') : undefined;
        await expectGoodEnd(aWorld({ fault }));
      });
    });
  });

  describe('whatever is seen when, and whoever leads', () => {
    it.each([1, 2])('takes one result for each step, with %i operators', async (operators) => {
      await forSeeds(async (seed) => {
        const { engine, beHostile } = aHostileWorld(seed, { operators });
        await beHostile(120);
        await expectGoodEnd(engine);
      });
    });

    it('gives up an attempt whose Job somebody deletes, and never makes a Job of its name again', async () => {
      let lost = 0;
      await forSeeds(async (seed) => {
        const { engine, beHostile } = aHostileWorld(seed, { disturbances: ['deletion', 'eviction'] });
        await beHostile(120);
        lost += JSON.stringify(engine.cluster.recorded).split('"JobDeleted"').length - 1;
        await expectGoodEnd(engine);
      });
      expect(lost).toBeGreaterThan(5);
    });

    it('ends all that goes on when it is cancelled', async () => {
      await forSeeds(async (seed) => {
        const { engine, beHostile, choose } = aHostileWorld(seed);
        await beHostile(choose(80));
        engine.cluster.apply('w', { ...ofEverything, cancel: true });
        await engine.settle(hasEnded(engine));
        expect(statusOf(engine).phase).toBeOneOf(['Cancelled', 'Succeeded', 'Failed']);
        await engine.quieten();
        expect(goingOn(engine)).toEqual([]);
        await expectNothingLeft(engine);
      });
    });

    it('forgets all of it when it is deleted', async () => {
      await forSeeds(async (seed) => {
        const { engine, beHostile, choose } = aHostileWorld(seed);
        await beHostile(choose(80));
        engine.cluster.workItems.delete('ns/w');
        await beHostile(choose(20));
        await engine.settle();
        expect([...findBrokenPromises(engine), ...findLeftovers(engine)]).toEqual([]);
      });
    });
  });
});
