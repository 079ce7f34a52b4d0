import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkItemSpec } from '../api/work-item.ts';
import {
  aCodeStep,
  aPipeline,
  everything,
  everythingInputs,
  payMethod,
  jobNumberOf,
  programs,
} from '../testing/engine-scenario.ts';
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
  for (const made of results) expect(engine.cluster.jobsMade[jobNumberOf(made) - 1]).toMatch(/^work-\d+-/);
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

const running = ({ cluster }: HostileEngine) =>
  Array.from(cluster.workItems.objects.values()).filter(
    ({ status }) => status?.startedAt !== undefined && status.finishedAt === undefined,
  ).length;

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

  it('records nothing while what it would start cannot be started', async () => {
    const plain = aWorld();
    await expectGoodEnd(plain);
    let isKnown = false;
    const engine = aWorld({ authorities: () => (isKnown ? 'PEM' : '') });
    const startedAtMs = engine.cluster.nowMs;
    await engine.settle(() => engine.cluster.nowMs >= startedAtMs + 2_000);
    expect(engine.writes).toEqual(['keep everything']);
    isKnown = true;
    await expectGoodEnd(engine);
    expect(engine.writes).toEqual(plain.writes);
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

  describe('when something stands in its way', () => {
    const short = aPipeline('short', [aCodeStep('only')]);
    const safe = aPipeline('safe', [aCodeStep('only')], { execution: { mode: 'safe' } });
    const ofShort: WorkItemSpec = { pipelineRef: { name: 'short' } };
    const phases = ({ cluster }: HostileEngine) =>
      Object.fromEntries(Array.from(cluster.workItems.objects, ([key, { status }]) => [key, status?.phase]));

    it('waits for quota, says so, and goes on once Jobs are let in', async () => {
      let refusals = 0;
      const engine = aWorld({ pipelines: [short] }, ofShort);
      engine.cluster.refuse = () => ((refusals += 1) <= 4 ? 'exceeded quota: jobs' : undefined);
      await engine.settle(() => statusOf(engine).waitingFor !== undefined);
      expect(statusOf(engine).waitingFor).toMatchObject([{ kind: 'quota', message: 'exceeded quota: jobs' }]);
      await engine.settle(hasEnded(engine));
      expect([statusOf(engine).phase, refusals]).toEqual(['Succeeded', 5]);
      await expectNothingLeft(engine);
    });

    it('begins nothing new while it is suspended', async () => {
      const engine = aWorld();
      await engine.settle(() => statusOf(engine).startedAt !== undefined);
      engine.cluster.apply('w', { ...ofEverything, suspend: true });
      await engine.settle();
      expect(statusOf(engine).waitingFor).toMatchObject([{ kind: 'suspended' }]);
      expect(goingOn(engine)).toEqual([]);
      engine.cluster.apply('w', { ...ofEverything, suspend: false });
      await expectGoodEnd(engine);
    });

    it('tries again what failed when it is asked to, with Jobs of other names', async () => {
      let isBroken = true;
      const engine = aWorld(
        {
          pipelines: [short],
          script: () =>
            isBroken ? { exitCode: 20 } : { exitCode: 0, message: { outcome: 'succeeded', outputs: { made: 1 } } },
        },
        ofShort,
      );
      await engine.settle();
      expect(statusOf(engine)).toMatchObject({ phase: 'Failed', steps: [{ path: 'only', reason: 'NotRetryable' }] });
      isBroken = false;
      engine.cluster.apply('w', { ...ofShort, retryCount: 1 });
      await engine.settle();
      expect(statusOf(engine)).toMatchObject({ phase: 'Succeeded', retryCount: 1 });
      await expectNothingLeft(engine);
    });

    it('keeps nothing of a WorkItem that is deleted while an attempt of it begins', async () => {
      const engine = aWorld({ pipelines: [short] }, ofShort);
      engine.cluster.refuse = () => {
        engine.cluster.workItems.delete('ns/w');
        engine.processes[0]?.see();
        return 'exceeded quota: jobs';
      };
      await engine.settle();
      expect(findLeftovers(engine)).toEqual([]);
    });

    it('ends calls of a WorkItem that waits for its deletion', async () => {
      const engine = aWorld({ pipelines: [short] }, ofShort);
      engine.cluster.refuse = () => 'exceeded quota: jobs';
      await engine.settle(() => statusOf(engine).waitingFor !== undefined);
      const { metadata, ...rest } = engine.workItem('w')!;
      const deleted = { ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-05T09:00:00Z' } };
      engine.cluster.workItems.put('ns/w', deleted);
      await engine.settle();
      expect(engine.processes[0]?.operations.observe(metadata.uid ?? '')).toEqual([]);
    });

    it('lets no more run than may, and lets all in that can begin', async () => {
      await forSeeds(async (seed) => {
        const limits = { maxConcurrentWorkItems: 2, maxConcurrentPerProject: 100 };
        const { engine, beHostile } = aHostileWorld(seed, { pipelines: [short, safe], limits }, ofShort);
        for (const name of ['asked', 'begged'])
          engine.cluster.apply(name, { pipelineRef: { name: 'safe' }, priority: 'high' });
        for (const name of ['missing', 'lost', 'gone'])
          engine.cluster.apply(name, { pipelineRef: { name }, priority: 'high' });
        engine.cluster.apply('suspended', { ...ofShort, priority: 'critical', suspend: true });
        for (const name of ['a', 'b', 'c', 'd']) engine.cluster.apply(name, ofShort);
        for (let round = 0; round < 60; round += 1) {
          await beHostile(1);
          expect(running(engine)).toBeLessThanOrEqual(2);
        }
        await engine.settle();
        const ended = Object.fromEntries(['w', 'a', 'b', 'c', 'd'].map((name) => [`ns/${name}`, 'Succeeded']));
        const lost = Object.fromEntries(['missing', 'lost', 'gone'].map((name) => [`ns/${name}`, 'Pending']));
        const waiting = { 'ns/asked': 'Waiting', 'ns/begged': 'Waiting', 'ns/suspended': 'Suspended' };
        expect(phases(engine)).toEqual({ ...ended, ...lost, ...waiting });
      });
    });

    it('gives its place to others while its revision cannot be kept, and says why', async () => {
      const other = aPipeline('other', [aCodeStep('another')]);
      const limits = { maxConcurrentWorkItems: 1, maxConcurrentPerProject: 100 };
      const engine = aWorld({ pipelines: [short, other], limits }, ofShort);
      await engine.settle();
      for (const [name, content] of engine.cluster.revisions)
        engine.cluster.revisions.set(name, { ...content, name: 'forged' });
      engine.processes[0]?.die();
      engine.cluster.apply('forged', { ...ofShort, priority: 'high' });
      engine.cluster.apply('good', { pipelineRef: { name: 'other' } });
      await engine.settle();
      expect(phases(engine)).toEqual({ 'ns/w': 'Succeeded', 'ns/forged': 'Pending', 'ns/good': 'Succeeded' });
      const message = expect.stringContaining('does not hold what the run is pinned to');
      expect(engine.workItem('forged')?.status).toMatchObject({ message, waitingFor: [{ name: 'short', message }] });
      expect(engine.errors).toEqual([]);
    });

    it('ends a run that somebody seemed to take up again and did not, as any other', async () => {
      const lifecycle = {
        definition: {
          ...{ initial: 'Open', states: [{ name: 'Open' }, { name: 'Out', outcome: 'Shipped' }] },
          transitions: [
            { action: 'ship', from: ['Open'], to: 'Out', roles: ['system'], when: 'steps.only.phase == "Succeeded"' },
            { action: 'roll_back', from: ['Out'], to: 'Open', roles: ['po'] },
          ],
        },
      };
      const shipping = aPipeline('shipping', [aCodeStep('only')], { lifecycle });
      const engine = aWorld({ pipelines: [shipping] }, { pipelineRef: { name: 'shipping' } });
      await engine.settle(hasEnded(engine));
      expect(statusOf(engine)).toMatchObject({ reason: 'LifecycleEnded', lifecycle: { outcome: 'Shipped' } });
      const { metadata, status, ...rest } = engine.workItem('w')!;
      const digest = status?.lifecycle?.digest ?? '';
      const annotations = { 'action.conclave.dev/roll_back.po': JSON.stringify({ decision: 'done', digest }) };
      const offered = { ...status!.lifecycle!, actions: [{ name: 'roll_back', roles: ['po'] }] };
      const acted = { ...rest, metadata: { ...metadata, annotations }, status: { ...status, lifecycle: offered } };
      engine.cluster.workItems.put('ns/w', acted);
      await expectNothingLeft(engine);
      expect(engine.errors).toEqual([]);
    });

    it('replays what the same Pipeline has done, and nothing else', async () => {
      const like = aPipeline('like', short.spec.steps);
      const engine = aWorld({ pipelines: [short, like] }, ofShort);
      await engine.settle(hasEnded(engine));
      const replay = { workItemName: 'w', fromStep: short.spec.steps[0]!.name };
      engine.cluster.apply('again', { ...ofShort, replay });
      engine.cluster.apply('other', { pipelineRef: { name: 'like' }, replay });
      await engine.settle();
      expect(engine.workItem('again')?.status).toMatchObject({ phase: 'Succeeded' });
      expect(engine.workItem('other')?.status).toMatchObject({
        ...{ phase: 'Failed', reason: 'ReplayOfAnotherPipeline' },
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'Accepted', status: 'False', reason: 'ReplayOfAnotherPipeline' }),
        ]) as unknown,
      });
    });

    it('fails a run whose revision is gone, and ends what it had begun', async () => {
      const engine = aWorld({ pipelines: [short] }, ofShort);
      await engine.settle(() => running(engine) === 1);
      engine.cluster.revisions.clear();
      engine.processes[0]?.die();
      await engine.settle();
      expect(statusOf(engine)).toMatchObject({ phase: 'Failed', reason: 'RevisionLost' });
      expect(statusOf(engine).steps?.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true);
      expect([...engine.cluster.jobs.objects.values()]).toEqual([]);
    });
  });
});
