import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/json.ts';
import { aBoard, deliberate, membersNamed } from '../testing/deliberating.ts';
import { aPipeline } from '../testing/engine-scenario.ts';
import { type EngineWorld, HostileEngine } from '../testing/hostile-engine.ts';
import { findBrokenPromises, findLeftovers } from '../testing/run-leftovers.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import type { PodScript } from '../testing/simulated-jobs.ts';

const board = aBoard({
  ...{ isolation: 'pods', members: membersNamed('ann', 'bob', 'cid'), seed: 7, rounds: 2 },
});
const members = 3;
const stages = 3;

/** In the last stage each scores what it is shown, by its place; in the others it proposes its name, at length. */
const speaking: PodScript = (path) => {
  const isLast = path.includes(`[${stages - 1}]`);
  const scores = [9, 5, 1].map((score, index) => ({ alias: `proposal-${index + 1}`, score }));
  const outputs: JsonObject = isLast ? { scores } : { proposal: `${path} ${'x'.repeat(700)}` };
  return { exitCode: 0, message: { outcome: 'succeeded', outputs } };
};

function aWorld(world: Partial<EngineWorld> = {}): HostileEngine {
  const pipeline = aPipeline('tea', [deliberate], { outputs: { winner: { from: '{{choose.winner}}' } } });
  const engine = new HostileEngine({ pipelines: [pipeline], agents: board, script: speaking, ...world });
  engine.cluster.apply('w', { pipelineRef: { name: 'tea' } });
  return engine;
}

const statusOf = (engine: HostileEngine) => engine.workItem('w')?.status ?? {};

/** It has the winner that it has when all goes well, and nothing is left of it; nothing was paid twice but what was lost. */
async function expectGoodEnd(engine: HostileEngine, winner: unknown): Promise<void> {
  await engine.settle(() => statusOf(engine).finishedAt !== undefined);
  const { phase, message, outputs, steps, transitions } = statusOf(engine);
  expect({ phase, message, outputs }).toEqual({ phase: 'Succeeded', outputs: { winner } });
  expect(steps?.map(({ path }) => path)).toEqual(['choose']);
  expect(transitions?.map(({ event }) => event)).toEqual(['deliberation.completed']);
  await engine.settle();
  engine.cluster.workItems.delete('ns/w');
  await engine.settle();
  expect([...findBrokenPromises(engine), ...findLeftovers(engine)]).toEqual([]);
}

describe('a deliberation in pods, on a cluster', () => {
  it('has one Job for each stage, and ends as it does wherever the operator dies', async () => {
    const plain = aWorld();
    await plain.settle(() => statusOf(plain).finishedAt !== undefined);
    const { winner } = statusOf(plain).outputs as { winner: unknown };
    expect(winner).toBeOneOf(['ann', 'bob', 'cid']);
    expect(plain.cluster.jobsMade).toHaveLength(stages);
    await expectGoodEnd(plain, winner);
    for (const [at, what] of plain.writes.entries())
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const engine = aWorld({ fault: (count) => (count === at + 1 ? kind : undefined) });
        await expectGoodEnd(engine, winner).catch((cause: unknown) => {
          throw new Error(`${kind} of write ${at + 1} (${what}): ${String(cause)}`, { cause });
        });
        expect(new Set(engine.cluster.jobsMade).size).toBe(stages);
      }
  });

  it('ends as it does whatever is seen when, and whichever of its pods are lost', async () => {
    const plain = aWorld();
    await plain.settle(() => statusOf(plain).finishedAt !== undefined);
    const { winner } = statusOf(plain).outputs as { winner: unknown };
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = seededRandom(seed);
      const choose = (below: number) => Math.floor(random() * below);
      const engine = aWorld({ choose });
      for (let round = 0; round < 80; round += 1) await engine.hostileRound(choose);
      await expectGoodEnd(engine, winner).catch((cause: unknown) => {
        throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
      });
    }
  });

  it('has pods for its members alone', async () => {
    const engine = aWorld();
    await engine.settle(() => statusOf(engine).finishedAt !== undefined);
    expect(engine.cluster.pods.objects.size).toBe(members * stages);
  });
});
