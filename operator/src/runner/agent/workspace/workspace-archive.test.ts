import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentWork } from '../../../api/runner-work.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { AgentBench } from '../../../testing/agent-bench.ts';
import { startArtifactService } from '../../../testing/artifact-service.ts';
import { anArchive } from '../../../testing/an-archive.ts';
import { git, GitServer } from '../../../testing/git-server.ts';
import { ScriptedModel, type ModelTurn } from '../../../testing/scripted-model.ts';
import { digestOfBytes } from '../../read-task.ts';
import type { Tally } from '../agent-run.ts';
import { doAgentWork } from '../do-agent-work.ts';
import { ModelClient } from '../model-client.ts';
import { markOf } from '../prompts/fence.ts';
import { takeSecrets } from '../secrets.ts';
import { Transcript } from '../transcript.ts';

const { artifacts, service, stop } = await startArtifactService();
afterAll(stop);
beforeEach(() => {
  artifacts.answers = [];
});

function store(bytes: Buffer): string {
  const digest = digestOfBytes(bytes);
  artifacts.stored.set(digest, bytes);
  return digest;
}

const call = (name: string, given: unknown = {}): ModelTurn => ({ calls: [{ name, arguments: given }] });
const done: ModelTurn = { text: 'Done.' };

/** Lets an agent work in a workspace, and tells what came of it. */
async function work(workspace: NonNullable<AgentWork['workspace']>, script: readonly ModelTurn[] = [done]) {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-workspace-'));
  const model = await ScriptedModel.start(script);
  onTestFinished(async () => {
    await model.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const role = { tools: [{ name: 'file' }, { name: 'git' }], model: { url: model.url, name: 'm' } };
  const task = aTask({ work: { kind: 'agent', role, workspace }, artifacts: service });
  const secrets = takeSecrets(task, {});
  const transcript = new Transcript(secrets);
  const { signal } = new AbortController();
  const client = new ModelClient({ secrets, transcript, headers: {}, signal });
  const tally: Tally = {};
  const verdict = await doAgentWork(task.work as AgentWork, {
    parts: { task, mark: markOf(task), client, secrets, transcript, signal },
    surroundings: {
      workspace: join(folder, 'workspace'),
      sendHttp: () => Promise.reject(new Error()),
      interruption: signal,
    },
    tally,
  });
  const diff = tally.artifacts?.find(({ name }) => name === 'diff');
  return {
    ...{ verdict, model, folder: join(folder, 'workspace') },
    diff: diff && artifacts.stored.get(diff.digest)?.toString(),
    notes: transcript.toBytes().toString(),
  };
}

const write = (path: string, content: string) => call('file_write', { path, content });

describe('a workspace of an archive', () => {
  const entries = [
    { name: 'src/a.txt', content: 'one\n' },
    { name: '.gitignore', content: 'ignored\n' },
    { name: 'ignored', content: 'came with it\n' },
    { name: '.git/config', content: '[core]\n  fsmonitor = touch witness\n' },
  ];

  it('is there when the agent begins, and what it changes is the diff', async () => {
    const turns = [write('src/a.txt', 'two\n'), write('ignored', 'changed\n'), call('git_log'), done];
    const { verdict, diff, model, folder, notes } = await work(
      { artifact: store(gzipSync(await anArchive(entries))) },
      turns,
    );
    expect(verdict.outcome).toBe('succeeded');
    expect(diff?.match(/^[-+]\w.*$/gm)).toEqual(['-came with it', '+changed', '-one', '+two']);
    expect(model.asked.at(-1)?.messages.at(-1)?.content).toContain('2000-01-01 00:00:00 +0000 Conclave: The archive');
    expect(await readFile(join(folder, '.git/config'), 'utf8')).not.toContain('witness');
    expect(notes).toContain('1 of them belong to git itself, the first of them \\".git/config\\", and are left out');
  });

  it('is reached by a task as a whole', async () => {
    const bench = await AgentBench.start([write('src/a.txt', 'two\n'), done]);
    onTestFinished(() => bench.stop());
    const role = { tools: [{ name: 'file' }], model: bench.access };
    const workspace = { artifact: store(await anArchive(entries)) };
    const { result } = await bench.run(aTask({ work: { kind: 'agent', role, workspace }, artifacts: service }));
    expect(result.artifacts).toMatchObject([{ name: 'diff' }]);
  });

  it('begins with the same commit whenever it is unpacked', async () => {
    const artifact = store(await anArchive(entries));
    const commits = [];
    for (const { folder } of [await work({ artifact }), await work({ artifact })])
      commits.push(git(folder, 'rev-parse', 'HEAD'));
    expect(commits[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(commits[1]).toBe(commits[0]);
  });

  it('lies over a clone where there is one, and the diff is that from the commit of the repository', async () => {
    const root = await mkdtemp(join(tmpdir(), 'conclave-repositories-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, 'r'));
    git(join(root, 'r'), 'init', '--quiet');
    await writeFile(join(root, 'r/kept'), 'kept\n');
    await writeFile(join(root, 'r/a'), 'old\n');
    git(join(root, 'r'), 'add', '.');
    git(join(root, 'r'), 'commit', '--quiet', '--message=first');
    const server = await GitServer.start(root);
    onTestFinished(() => server.stop());
    const artifact = store(await anArchive([{ name: 'a', content: 'new\n' }]));
    const { diff, folder } = await work({ git: { url: `${server.url}/r` }, artifact }, [write('b', 'made\n'), done]);
    expect((await readdir(folder)).sort()).toEqual(['.git', 'a', 'b', 'kept']);
    expect(diff?.match(/^[-+]\w.*$/gm)).toEqual(['-old', '+new', '+made']);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(git(join(root, 'r'), 'rev-parse', 'HEAD'));
  });
});

describe('a workspace of an archive is refused before anything is asked', () => {
  const refused = async (artifact: string) => {
    const { verdict, model } = await work({ artifact });
    expect(model.asked).toEqual([]);
    expect(verdict.outcome).toBe('failed');
    return verdict.error;
  };

  it('when the archive is none', async () => {
    expect(await refused(store(Buffer.from('text')))).toMatchObject({ reason: 'WorkspaceInvalid', retryable: false });
  });

  it('when the WorkItem has no such artifact', async () => {
    artifacts.answers = [404];
    const error = await refused(digestOfBytes(Buffer.from('elsewhere')));
    expect(error).toMatchObject({ reason: 'WorkspaceInvalid', retryable: false });
    expect(error?.message).toContain('the artifact service answered 404');
  });

  it('when what comes is something else', async () => {
    const digest = digestOfBytes(Buffer.from('a'));
    artifacts.stored.set(digest, await anArchive([{ name: 'a', content: 'b' }]));
    const error = await refused(digest);
    expect(error).toMatchObject({ reason: 'WorkspaceUnavailable', retryable: true });
    expect(error?.message).toContain(`what came is not ${digest}`);
  });

  it('when it is larger than an archive may be', async () => {
    const digest = store(Buffer.alloc(256 * 1024 * 1024 + 1));
    const error = await refused(digest);
    artifacts.stored.delete(digest);
    expect(error).toMatchObject({ reason: 'WorkspaceInvalid', retryable: false });
    expect(error?.message).toContain('it has more than 268435456 bytes');
  });
});
