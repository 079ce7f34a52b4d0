import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aTask } from '../../../testing/a-runner-task.ts';
import { startArtifactService } from '../../../testing/artifact-service.ts';
import { takeSecrets } from '../secrets.ts';
import { runGit } from '../tools/run-git.ts';
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

describe('large files', () => {
  const large = (start: string) => `${start}${'\n'.repeat(1024 * 1024)}`;

  /** The names of what is in the diff, as git writes them. */
  async function differing(work: (place: { workspace: string; run: Run }) => Promise<unknown>): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'conclave-store-diff-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const tree = { workspace: join(folder, 'workspace'), repository: join(folder, 'repository/.git') };
    await mkdir(join(tree.workspace, 'sub'), { recursive: true });
    await writeFile(join(tree.workspace, 'known.bin'), large('old'));
    await writeFile(join(tree.workspace, 'sub/known'), 'old\n');
    const startCommit = await startRepository(tree, new AbortController().signal);
    const run: Run = (args) => runGit({ args, ...tree }, new AbortController().signal);
    await work({ workspace: tree.workspace, run });
    const task = aTask({ artifacts: service });
    const parts = { task, transcript: new Transcript(takeSecrets(task, {})) };
    const stored = await storeDiff({ tree, startCommit, parts, isHurried: false });
    const diff = artifacts.stored.get(stored?.digest ?? '')?.toString() ?? '';
    expect(diff, parts.transcript.toBytes().toString()).not.toBe('');
    return (diff.match(/^diff .*$/gm) ?? []).map((line) => line.replace(/^diff --git "?a\/(.*?)"? "?b\/.*/, '$1'));
  }

  it('are left out of the diff although rules of the workspace name them', async () => {
    const names = await differing(async ({ workspace }) => {
      await mkdir(join(workspace, 'new/deep'), { recursive: true });
      await writeFile(join(workspace, 'new/deep/big.bin'), large('new'));
      await writeFile(join(workspace, 'big.bin'), large('new'));
      await writeFile(join(workspace, '.gitignore'), '!big.bin\nignored\n');
      await writeFile(join(workspace, 'ignored'), 'x');
    });
    expect(names).toEqual(['.gitignore']);
  });

  it.each([['a\nb'], ['end\r'], [' '], [':(glob)*'], ['[x]\\*'], [Buffer.from([0x61, 0xff])], ['sub/\uFFFD']])(
    'are left out by their names: %j',
    async (name) => {
      const names = await differing(async ({ workspace }) => {
        await writeFile(Buffer.concat([Buffer.from(`${workspace}/`), Buffer.from(name)]), large('new'));
        await writeFile(join(workspace, 'other'), 'x');
      });
      expect(names).toEqual(['other']);
    },
  );

  it('are left out where the agent has committed or changed them, and where they stand in place of a folder', async () => {
    const names = await differing(async ({ workspace, run }) => {
      await writeFile(join(workspace, 'big.bin'), large('new'));
      await writeFile(join(workspace, 'known.bin'), large('new'));
      await run(['add', '--', '.']);
      await run(['commit', '--quiet', '--message=large']);
      await rm(join(workspace, 'sub'), { recursive: true });
      await writeFile(join(workspace, 'sub'), large('new'));
      await writeFile(join(workspace, 'other'), 'x');
    });
    expect(names).toEqual(['other']);
  });

  it('are so many that the diff is refused', async () => {
    const work = ({ workspace }: { workspace: string }) =>
      Promise.all(
        Array.from({ length: 1000 }, async (_, index) => {
          await writeFile(join(workspace, `${index}`), '');
          await truncate(join(workspace, `${index}`), 1024 * 1024 + 1);
        }),
      );
    await expect(differing(work)).rejects.toThrow('1001 files are too large to be compared');
  });
});

type Run = (args: readonly string[]) => Promise<unknown>;

const largestDiff = (folder: string) =>
  Math.max(
    ...readdirSync(folder).map((name) => statSync(join(folder, name, 'diff'), { throwIfNoEntry: false })?.size ?? 0),
  );
