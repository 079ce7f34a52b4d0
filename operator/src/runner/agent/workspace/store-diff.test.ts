import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { aTask } from '../../../testing/a-runner-task.ts';
import { startArtifactService } from '../../../testing/artifact-service.ts';
import { takeSecrets } from '../secrets.ts';
import { Transcript } from '../transcript.ts';
import { startRepository } from './start-repository.ts';
import { storeDiff } from './store-diff.ts';

const { artifacts, service, stop } = await startArtifactService();
afterAll(stop);

it('a file that was changed at once, to the same size, is in the diff', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-store-diff-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  // At the beginning of a second: git tells times by whole ones.
  await sleep(1050 - (Date.now() % 1000));
  await writeFile(join(workspace, 'a'), 'one\n');
  const startCommit = await startRepository(workspace, new AbortController().signal);
  await writeFile(join(workspace, 'a'), 'two\n');
  await sleep(1000);
  const task = aTask({ artifacts: service });
  const parts = { task, transcript: new Transcript(takeSecrets(task, {})) };
  const stored = await storeDiff({ workspace, startCommit, parts, isHurried: false });
  expect(artifacts.stored.get(stored?.digest ?? '')?.toString()).toContain('-one\n+two\n');
});
