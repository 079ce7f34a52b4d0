import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../src/core/digest.ts';
import { FaultGate } from '../src/testing/fault-gate.ts';
import { aLeader, aNamespace, expectGoodEnds, expectRest, runSamples } from './engine-runs.ts';
import { aStep } from './engine-sample.ts';
import { EngineWorld } from './engine-world.ts';
import type { Script } from './played-node.ts';
import { stepOf, until, type Work } from './work-items.ts';

let world: EngineWorld;
let gate: FaultGate;

beforeAll(async () => {
  world = await EngineWorld.start();
  gate = await FaultGate.start(Number(new URL(world.server.url).port));
});

afterAll(async () => {
  await world.stop();
  await gate.close();
});

let work: Work;

beforeEach(async () => {
  await gate.open();
  world.server.disk.freeBytes = 1e12;
  work = await aNamespace(world);
  const url = new URL(world.server.url);
  url.port = String(gate.port);
  await aLeader(world, work, { flags: ['--server-url', url.href] });
});

const step = (name: string, more: object = {}) => aStep(name, { placement: world.node.placement, ...more });
/** `b` reads what `a` has uploaded, once `held` has ended. */
const reading = () => [
  ...[step('a'), step('held', { dependsOn: ['a'] })],
  step('b', { dependsOn: ['held'], inputs: { text: { from: '{{a.text}}' } } }),
];
const uploading =
  (digest: string): Script =>
  ({ path }) => {
    if (path === 'held') return 'runs on';
    return path === 'a' ? { says: { outcome: 'succeeded', digest, sizeBytes: 9 } } : {};
  };

/** A run of these three steps in which the second runs, and nothing was read yet; and what the first has uploaded. */
async function aRun(isUploaded = true): Promise<{ readonly digest: string }> {
  // What other runs have uploaded too would be there.
  const outputs = { text: work.namespace };
  const digest = digestOf(outputs);
  world.node.follow(work.namespace, uploading(digest));
  const { metadata } = await work.run('run', reading());
  const scope = { namespace: work.namespace, workItem: metadata.uid ?? '' };
  if (isUploaded) await world.server.client('operator').putJson(scope, outputs);
  await until('the second step runs', () => held() !== undefined);
  return { digest };
}

const held = () =>
  world.node
    .podsOf(work.namespace)
    .find(
      ({ metadata, spec }) => metadata.annotations?.['conclave.dev/path'] === 'held' && spec?.nodeName !== undefined,
    );

/** What the run says that it waits for at the store, as soon as it does. */
async function whatItWaitsFor(): Promise<string> {
  const find = async () =>
    (await work.get('run')).status?.waitingFor?.find(
      ({ kind, name }) => kind === 'dependency' && name === 'artifact store',
    );
  await until('it says that it waits for the store', async () => (await find()) !== undefined).catch(
    async (error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify((await work.get('run')).status)}`);
    },
  );
  return (await find())?.message ?? '';
}

describe('an artifact store', { timeout: 300_000 }, () => {
  it('that is away holds the run up, which says so, and goes on when it is back', async () => {
    await aRun();
    await gate.close();
    await world.node.end(held()!);
    const message = await whatItWaitsFor();
    expect(message).toMatch(/see whether the server runs and can be reached.*no answer from https:\/\/conclave-server/);
    expect(stepOf(await work.get('run'), 'b')).toBeUndefined();
    await gate.open();
    const done = await work.reaches('run', 'Succeeded');
    expect(done.status?.waitingFor).toBeUndefined();
    expect(stepOf(done, 'b')?.attempts).toHaveLength(1);
    await expectRest(world, work);
  });

  it('that is full holds the run up, which says what to do, and goes on when there is room', async () => {
    world.server.disk.freeBytes = 0;
    world.node.follow(work.namespace, () => ({}));
    const large = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`n${at}`, 'x'.repeat(60)]));
    await work.add('run', { pipelineSpec: passingOn(), inputs: { large } });
    const message = await whatItWaitsFor();
    expect(message).toMatch(/the artifact store is full.*enlarge the volume/);
    world.server.disk.freeBytes = 1e12;
    const done = await work.reaches('run', 'Succeeded');
    expect(done.status?.outputsRef?.digest).toBe(digestOf({ large }));
    expect(done.status?.message).toBeUndefined();
    await expectRest(world, work);
  });

  it.each([
    ['was never given', false],
    ['has lost', true],
  ])('that %s an artifact ends the step that needs it, and says why', async (_what, isUploaded) => {
    const { digest } = await aRun(isUploaded);
    rmSync(join(world.server.folder, 'sha256', digest.slice(7, 9)), { recursive: true, force: true });
    await world.node.end(held()!);
    const done = await work.reaches('run', 'Failed');
    expect(stepOf(done, 'b')).toMatchObject({ phase: 'Failed', reason: 'ArtifactGone' });
    expect(done.status?.message).toContain(`the artifact ${digest} is gone`);
    await expectRest(world, work);
  });

  it('that comes and goes does no harm', async () => {
    let isOver = false;
    const comeAndGo = async (): Promise<void> => {
      while (!isOver) {
        await gate.close();
        await new Promise((resolve) => setTimeout(resolve, 700));
        await gate.open();
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    };
    const coming = comeAndGo();
    await runSamples(world, work);
    await expectGoodEnds(world, work).finally(() => (isOver = true));
    await coming;
  });
});

const passingOn = () => ({
  parameters: [{ name: 'large', schema: { type: 'object' } }],
  steps: [step('a')],
  outputs: { large: { from: '{{input.large}}' } },
});
