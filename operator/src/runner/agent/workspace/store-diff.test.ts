import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
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
  const startCommit = await startRepository({ workspace }, new AbortController().signal);
  await writeFile(join(workspace, 'a'), 'two\n');
  await sleep(1000);
  const task = aTask({ artifacts: service });
  const parts = { task, transcript: new Transcript(takeSecrets(task, {})) };
  const stored = await storeDiff({ tree: { workspace }, startCommit, parts, isHurried: false });
  expect(artifacts.stored.get(stored?.digest ?? '')?.toString()).toContain('-one\n+two\n');
});

it('a diff that is too large is stopped while git writes it, and the transcript says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-store-diff-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [workspace, temporary] = [join(folder, 'workspace'), join(folder, 'temporary')];
  await Promise.all([mkdir(workspace), mkdir(temporary)]);
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  const startCommit = await startRepository({ workspace }, new AbortController().signal);
  for (let index = 0; index < 64; index += 1) await writeFile(join(workspace, `${index}`), randomBytes(1024 * 1024));
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, largestDiff(temporary))), 5);
  const task = aTask({ artifacts: service });
  const parts = { task, transcript: new Transcript(takeSecrets(task, {})) };
  const stored = await storeDiff({ tree: { workspace }, startCommit, parts, isHurried: false, mostBytes: 1024 * 1024 });
  clearInterval(looking);
  expect(stored).toBeUndefined();
  expect(parts.transcript.toBytes().toString()).toContain(
    'There is no diff of the changes: it has more than 1048576 bytes, which are the most that are stored.',
  );
  // All of it would have more than 80 MB.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(40e6);
});

const largestDiff = (folder: string) =>
  Math.max(
    ...readdirSync(folder).map((name) => statSync(join(folder, name, 'diff'), { throwIfNoEntry: false })?.size ?? 0),
  );
