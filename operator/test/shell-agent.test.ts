/** An agent that works in a repository by commands of a real shell. */
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunnerTask } from '../src/api/runner-task.ts';
import { aTask } from '../src/testing/a-runner-task.ts';
import { AgentBench } from '../src/testing/agent-bench.ts';
import { startArtifactService } from '../src/testing/artifact-service.ts';
import { git, GitServer } from '../src/testing/git-server.ts';
import type { ModelTurn } from '../src/testing/scripted-model.ts';
import { ShellBench } from './run-shell.ts';

const { artifacts, service, stop } = await startArtifactService();
afterAll(stop);

const call = (name: string, given: object = {}): ModelTurn => ({ calls: [{ name, arguments: given }] });
const run = (command: string) => call('shell_run', { command });
const done: ModelTurn = { text: 'Done.' };

async function aServer() {
  const root = await mkdtemp(join(tmpdir(), 'conclave-repositories-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'a');
  git(root, 'init', '--quiet', folder);
  await writeFile(join(folder, 'sum.py'), 'def total(numbers):\n    return sum(numbers) + 1\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--message=first');
  const server = await GitServer.start(root);
  onTestFinished(() => server.stop());
  return server;
}

/** Runs a task in a pod with a shell; what the model was told of each call, and the diff. */
async function work(script: readonly ModelTurn[], more: Partial<RunnerTask> = {}) {
  const server = await aServer();
  const bench = await AgentBench.start(script);
  const shell = ShellBench.startServerAlone();
  onTestFinished(async () => {
    await shell.stop();
    await bench.stop();
  });
  // Here the agent has another user than its shell.
  const opening = setInterval(() => existsSync(shell.socket) && chmodSync(shell.socket, 0o666), 20);
  onTestFinished(() => clearInterval(opening));
  const tools = ['file', 'git', 'shell'].map((name) => ({ name }));
  const workspace = { git: { url: `${server.url}/a` } };
  const task = aTask({
    work: { kind: 'agent', role: { tools, sandboxed: true, model: bench.access }, workspace },
    artifacts: service,
    ...more,
  });
  const { socket } = shell;
  const place = { socket, workspace: shell.workspace, repository: join(shell.root, 'repository/.git') };
  const { result } = await bench.run(task, { shell: place });
  const reference = result.artifacts?.find(({ name }) => name === 'diff');
  const messages = bench.model.asked.at(-1)?.messages ?? [];
  return {
    ...{ result, shell },
    told: messages.filter(({ role }) => role === 'tool').map(({ content }) => content as string),
    diff: reference && artifacts.stored.get(reference.digest)?.toString(),
    transcript: artifacts.stored.get(result.transcript?.digest ?? '')?.toString() ?? '',
  };
}

describe('an agent with a shell', () => {
  it('runs what it has changed, and leaves the change as a diff', async () => {
    const check = run('python3 -c "from sum import total; print(total([]))"; rm -rf __pycache__');
    const { result, told, diff, transcript } = await work([
      ...[check, run("sed -i 's/ + 1//' sum.py"), check, call('git_status')],
      ...[call('git_add', { paths: ['.'] }), call('git_commit', { message: 'Add nothing' }), done],
    ]);
    expect(result.outcome).toBe('succeeded');
    expect(told[0]).toContain('[exit code 0]\n1\n');
    expect(told[2]).toContain('[exit code 0]\n0\n');
    expect(told[3]).toContain(' M sum.py');
    expect(diff).toContain('-    return sum(numbers) + 1\n+    return sum(numbers)\n');
    expect(result.toolCalls).toEqual([
      { tool: 'shell', calls: 3, refused: 0 },
      { tool: 'git', calls: 3, refused: 0 },
    ]);
    expect(transcript).toContain('"tool":"shell"');
  });

  it('sees no history by it, and leads git nowhere by what it makes of one', async () => {
    const attack = `ls -a; mkdir -p .git/hooks x/.git; for name in pre-commit post-commit; do
  printf '#!/bin/sh\\ntouch ${tmpdir()}/conclave-witness-${process.pid}\\n' > .git/hooks/$name; chmod +x .git/hooks/$name; done
printf '[core]\\n fsmonitor = touch ${tmpdir()}/conclave-witness-${process.pid}\\n' | tee .git/config > x/.git/config
echo 'gitdir: /etc' > .git/commondir; mkfifo .gitattributes; echo y > y`;
    const { told, diff, shell } = await work([
      ...[
        run(attack),
        call('git_status'),
        call('git_add', { paths: ['.'] }),
        call('git_commit', { message: 'x' }),
        done,
      ],
    ]);
    expect(told[0]).toContain('[exit code 0]\n.\n..\nsum.py\n');
    expect(told[1]).toMatch(
      /removed, because git would be led astray by it: "(\.git|x\/\.git|\.gitattributes)" and 2 more/,
    );
    expect(existsSync(`${tmpdir()}/conclave-witness-${process.pid}`)).toBe(false);
    expect(diff?.match(/^diff .*$/gm)).toEqual(['diff --git a/y b/y']);
    expect(readFileSync(join(shell.root, 'repository/.git/config'), 'utf8')).not.toContain('fsmonitor');
  });

  it('whose time is up leaves a diff of what its command had done, beside which git was not run', async () => {
    const command = `echo x > x; while :; do mkdir -p .git; echo 'gitdir: /etc' > .git/config; rm -r .git; done`;
    const limits = { ...aTask({}).limits, wallTimeSeconds: 3 };
    const { result, diff } = await work([run(command), done], { limits });
    expect(result).toMatchObject({ outcome: 'limit', error: { reason: 'LimitReached' } });
    expect(diff?.match(/^diff .*$/gm)).toEqual(['diff --git a/x b/x']);
  });

  it('is told of commands that fail, and goes on', async () => {
    const { result, told } = await work([run('exit 7'), run('kill -9 $$'), run('echo on'), done]);
    expect(told.map((each) => /\[.*\]/.exec(each)?.[0])).toEqual([
      '[exit code 7]',
      '[ended by SIGKILL]',
      '[exit code 0]',
    ]);
    expect(result.outcome).toBe('succeeded');
  });
});
