import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeTraps } from './remove-traps.ts';

const { signal } = new AbortController();

async function aWorkspace(): Promise<string> {
  const workspace = await mkdtemp(join(tmpdir(), 'conclave-traps-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  return workspace;
}

/** Files, or pipes, of which one alone is cheap to make. */
async function putMany(folder: string, count: number, kind: 'file' | 'pipe' = 'file'): Promise<void> {
  await mkdir(folder, { recursive: true });
  const make = kind === 'file' ? 'os.close(os.open(f"{n:06}", os.O_CREAT))' : 'os.mkfifo(f"{n:06}")';
  execFileSync('python3', ['-c', `import os\nfor n in range(${count}): ${make}`], { cwd: folder });
}

/** The most memory that a process of its own takes for it beyond what it begins with, in KiB. */
function memoryFor(workspace: string): number {
  const lines = `const { removeTraps } = await import(process.argv[1]);
const before = process.resourceUsage().maxRSS;
await removeTraps(process.argv[2], new AbortController().signal);
console.log(process.resourceUsage().maxRSS - before);`;
  const path = fileURLToPath(new URL('remove-traps.ts', import.meta.url));
  const args = ['--input-type=module', '-e', lines, path, workspace];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

describe('removing what leads git astray', () => {
  it('takes no memory for each file of a folder', async () => {
    const workspace = await aWorkspace();
    await putMany(join(workspace, '.git/objects'), 40_000);
    expect(memoryFor(workspace)).toBeLessThan(80_000);
    expect(await readdir(workspace)).toEqual([]);
  });

  it('ends when nobody waits for it any more', async () => {
    const workspace = await aWorkspace();
    const folder = join(workspace, '.git');
    await putMany(folder, 5000);
    const ending = new AbortController();
    const looking = setInterval(() => {
      if (readdirSync(folder).length < 5000) ending.abort(new Error('nobody waits'));
    }, 1);
    onTestFinished(() => clearInterval(looking));
    await expect(removeTraps(workspace, ending.signal)).rejects.toThrow('nobody waits');
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  });

  it('counts what it has removed, and names the first', async () => {
    const workspace = await aWorkspace();
    await putMany(join(workspace, 'sub'), 1500, 'pipe');
    const { removed } = await removeTraps(workspace, signal);
    expect(removed.count).toBe(1500);
    expect(removed.first).toHaveLength(1000);
    expect(removed.first[0]?.toString()).toMatch(/^sub\/\d{6}$/);
    expect(await readdir(join(workspace, 'sub'))).toEqual([]);
  });

  it('is refused where there is no end of files, also of those that it would remove', async () => {
    const workspace = await aWorkspace();
    await putMany(join(workspace, 'sub'), 20);
    await putMany(join(workspace, '.git'), 20);
    await expect(removeTraps(workspace, signal, 41)).rejects.toThrow('the workspace has more than 41 files');
    await expect(removeTraps(workspace, signal, 25)).resolves.toBeDefined();
  });
});
