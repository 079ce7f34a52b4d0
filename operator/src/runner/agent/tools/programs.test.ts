import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../../api/json.ts';
import { gitFunctions } from './git-tool.ts';
import { runProgram } from './run-program.ts';

const { signal } = new AbortController();

async function aWorkspace(isRepository = true): Promise<string> {
  const workspace = await mkdtemp(join(tmpdir(), 'conclave-workspace-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  if (isRepository) execFileSync('git', ['init', '--quiet', '--template=', workspace]);
  return workspace;
}

const call = (workspace: string, name: string, given: JsonObject = {}) => {
  const found = gitFunctions.find((each) => each.name === name);
  return found!.run(given, { workspace, access: { name: found!.tool }, signal });
};

describe('the tool `git`', () => {
  it('commits what was added, and shows it', async () => {
    const workspace = await aWorkspace();
    await writeFile(join(workspace, 'a.md'), 'Tea.\n');
    expect(await call(workspace, 'git_status')).toContain('?? a.md');
    await call(workspace, 'git_add', { paths: ['a.md'] });
    expect(await call(workspace, 'git_diff', { staged: true })).toContain('+Tea.');
    await call(workspace, 'git_commit', { message: '--amend is no option here' });
    expect(await call(workspace, 'git_log')).toMatch(/Conclave agent: --amend is no option here\n$/);
  });

  it('runs nothing that the repository names', async () => {
    const workspace = await aWorkspace();
    const witness = join(workspace, 'witness');
    const hook = join(workspace, '.git/hooks');
    execFileSync('mkdir', ['-p', hook]);
    for (const name of ['pre-commit', 'post-commit', 'commit-msg']) {
      await writeFile(join(hook, name), `#!/bin/sh\ntouch ${witness}\n`);
      await chmod(join(hook, name), 0o755);
    }
    await writeFile(join(workspace, 'a'), 'x');
    await call(workspace, 'git_add', { paths: ['.'] });
    await call(workspace, 'git_commit', { message: 'x' });
    expect(existsSync(witness)).toBe(false);
  });

  it.each(['filter.x.clean', 'core.fsmonitor', 'diff.x.textconv', 'include.path', 'core.sshCommand', 'alias.status'])(
    'refuses a repository that sets %s',
    async (key) => {
      const workspace = await aWorkspace();
      execFileSync('git', ['-C', workspace, 'config', key, 'touch witness']);
      await writeFile(join(workspace, '.gitattributes'), '* filter=x diff=x\n');
      await expect(call(workspace, 'git_add', { paths: ['.'] })).rejects.toThrow(`sets ${key.toLowerCase()},`);
      expect(existsSync(join(workspace, 'witness'))).toBe(false);
    },
  );

  it('needs a repository in the workspace itself, and leaves it by no path', async () => {
    await expect(call(await aWorkspace(false), 'git_log')).rejects.toThrow('no git repository');
    const workspace = await aWorkspace();
    await expect(async () => call(workspace, 'git_add', { paths: ['../x'] })).rejects.toThrow('lead out');
  });
});

const bash = (command: string) => ({
  file: 'bash',
  args: ['-c', command],
  folder: tmpdir(),
  environment: {},
  mostBytes: 1000,
});

describe('a program', () => {
  it('has nothing of our environment', async () => {
    process.env['CONCLAVE_TEST_SECRET'] = 'sk-12345678';
    onTestFinished(() => {
      delete process.env['CONCLAVE_TEST_SECRET'];
    });
    const { code, output } = await runProgram({ ...bash('env; echo wrong >&2; exit 3'), timeoutMs: 60_000 }, signal);
    expect(code).toBe(3);
    expect(output).toContain('wrong');
    expect(output).not.toContain('sk-12345678');
  });

  it.each([
    ['takes too long', 'sleep 1000 & sleep 1000', 200, 'took longer than 200 ms'],
    ['prints too much', 'yes', 60_000, 'printed more than 1000 bytes'],
  ])('is ended when it %s', async (_, command, timeoutMs, message) => {
    await expect(runProgram({ ...bash(command), timeoutMs }, signal)).rejects.toThrow(message);
  });

  it('is not begun when the work is over already, and is no failure of its own when the work ends', async () => {
    const over = AbortSignal.abort(new Error('the work is over'));
    const workspace = await aWorkspace();
    const witness = join(workspace, 'witness');
    await expect(runProgram({ ...bash(`touch ${witness}`), timeoutMs: 60_000 }, over)).rejects.toThrow('is over');
    expect(existsSync(witness)).toBe(false);
    const ending = new AbortController();
    setTimeout(() => ending.abort(new Error('the work ends')), 50);
    await expect(runProgram({ ...bash('sleep 60'), timeoutMs: 60_000 }, ending.signal)).rejects.toThrow('work ends');
  });

  it('leaves nothing running', async () => {
    const { output } = await runProgram({ ...bash('sleep 1000 & echo $!'), timeoutMs: 60_000 }, signal);
    await expect.poll(() => existsSync(`/proc/${output.trim()}`), { timeout: 20_000 }).toBe(false);
  });

  it('that is not here is told as such', async () => {
    await expect(runProgram({ ...bash(''), file: 'no-such-program', timeoutMs: 1000 }, signal)).rejects.toThrow(
      'ToolUnavailable',
    );
  });
});
