/** Runs that the real operator makes, followed, paused, tried again and replayed from the command line. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../src/testing/run-command-line.ts';
import { aLeader, aNamespace } from './engine-runs.ts';
import { aStep } from './engine-sample.ts';
import { EngineWorld } from './engine-world.ts';
import { testKubeconfig } from './test-cluster.ts';
import { phasesOf, until, type Work } from './work-items.ts';

let world: EngineWorld;
let work: Work;

beforeAll(async () => {
  world = await EngineWorld.start();
  work = await aNamespace(world);
  await aLeader(world, work);
  const step = (name: string, more: object = {}) => aStep(name, { placement: world.node.placement, ...more });
  await work.addPipeline('report', {
    steps: [step('get'), step('sum', { dependsOn: ['get'], retryPolicy: { maxAttempts: 1 } })],
  });
});
afterAll(() => world.stop());

const conclave = (command: string, ...words: readonly string[]) =>
  runCommandLine([command, '--kubeconfig', testKubeconfig(), '-n', work.namespace, ...words]);

/** Lets the second step fail, or not. */
const sumEndsWith = (exitCode: number) =>
  world.node.follow(work.namespace, ({ path }) => (path === 'sum' ? { exitCode } : {}));

test('a run is followed to its end, tried again, and replayed', async () => {
  sumEndsWith(1);
  const failed = await conclave('run', 'report', '--name', 'october', '--follow');
  expect(failed.exitCode).toBe(1);
  expect(failed.out).toMatch(/^step get: Succeeded after .*$[^]*^step sum: Failed.*$[^]*^october: Failed /m);

  sumEndsWith(0);
  expect(await conclave('retry', 'october')).toMatchObject({ exitCode: 0, err: '' });
  expect(await conclave('status', 'october', '--watch')).toMatchObject({ exitCode: 0 });
  expect((await work.get('october')).status?.retryCount).toBe(1);

  const replayed = await conclave('replay', 'october', '--from', 'sum', '--name', 'again', '--follow');
  expect(replayed.exitCode).toBe(0);
  const { out } = await conclave('status', 'again');
  expect(out).toMatch(/^Replays +october from sum$/m);
  expect(out).toMatch(/^get +Succeeded .* taken over from the run that is replayed$/m);
  expect((await conclave('events', 'again')).out).toMatch(/ Normal +Started +runs report-/);
});

test('a run is paused, goes on, and is cancelled', async () => {
  world.node.follow(work.namespace, () => 'runs on');
  await conclave('run', 'report', '--name', 'long');
  await until('it runs', async () => phasesOf(await work.get('long'))['get'] === 'Running');
  await conclave('pause', 'long');
  await work.reaches('long', 'Suspended');
  expect(await conclave('resume', 'long')).toMatchObject({ exitCode: 0 });
  await work.reaches('long', 'Running');
  const following = conclave('status', 'long', '--watch');
  expect(await conclave('cancel', 'long')).toMatchObject({ exitCode: 0 });
  expect(await following).toMatchObject({ exitCode: 1, out: expect.stringMatching(/\nlong: Cancelled /) as string });
});
