import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunnerTask } from '../../../api/runner-task.ts';
import type { AgentWork } from '../../../api/runner-work.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { AgentBench } from '../../../testing/agent-bench.ts';
import { CertificateAuthority } from '../../../testing/certificate-authority.ts';
import { git, GitServer } from '../../../testing/git-server.ts';
import { ScriptedArtifacts } from '../../../testing/scripted-artifacts.ts';
import type { ModelTurn } from '../../../testing/scripted-model.ts';

const call = (name: string, given: unknown = {}): ModelTurn => ({ calls: [{ name, arguments: given }] });
const done: ModelTurn = { text: 'Done.' };

/** A repository `a` with two commits, a branch, a tag and an ignored file. */
async function aRepository(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'conclave-repositories-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'a');
  await mkdir(join(folder, 'docs/in side'), { recursive: true });
  git(folder, 'init', '--quiet');
  await writeFile(join(folder, 'a.md'), 'one\n');
  await writeFile(join(folder, 'docs/in side/b.md'), 'inside\n');
  await writeFile(join(folder, '.gitignore'), 'ignored\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--message=first');
  git(folder, 'tag', '--annotate', 'v1', '--message=v1');
  await writeFile(join(folder, 'a.md'), 'between\n');
  git(folder, 'commit', '--quiet', '--all', '--message=between');
  await writeFile(join(folder, 'a.md'), 'two\n');
  git(folder, 'commit', '--quiet', '--all', '--message=second');
  git(folder, 'branch', 'feature/x', 'v1');
  return folder;
}

async function serve(folder: string, instead?: Parameters<typeof GitServer.start>[1]): Promise<GitServer> {
  const server = await GitServer.start(join(folder, '..'), instead);
  onTestFinished(() => server.stop());
  return server;
}

type Source = NonNullable<NonNullable<AgentWork['workspace']>['git']>;

async function work(source: Source, script: readonly ModelTurn[] = [done], more: Partial<RunnerTask> = {}) {
  const bench = await AgentBench.start(script);
  onTestFinished(() => bench.stop());
  const role = { tools: [{ name: 'file' }, { name: 'git' }], model: bench.access };
  const task = aTask({ work: { kind: 'agent', role, workspace: { git: source } }, ...more });
  const environment = { CONCLAVE_VALUE_1: 'ghp_12345678\n' };
  const { result } = await bench.run(task, { environment });
  const read = (path: string) => readFile(join(bench.workspace, path), 'utf8');
  return { result, bench, read };
}

describe('a workspace of git', () => {
  it.each([
    ['of the default branch', undefined, 'two\n'],
    ['of a branch', 'feature/x', 'one\n'],
    ['of a tag', 'v1', 'one\n'],
    ['of a name in full', 'refs/tags/v1', 'one\n'],
  ])('is a clone %s, with no history', async (_, ref, expected) => {
    const server = await serve(await aRepository());
    const { read, bench } = await work({ url: `${server.url}/a`, ...(ref !== undefined && { ref }) });
    expect(await read('a.md')).toBe(expected);
    expect(git(bench.workspace, 'rev-list', '--count', 'HEAD')).toBe('1');
  });

  it('is a clone of a commit, also from a server that gives none by its name', async () => {
    const folder = await aRepository();
    const server = await serve(folder);
    const { read } = await work({ url: `${server.url}/a`, ref: git(folder, 'rev-parse', 'HEAD~1') });
    expect(await read('a.md')).toBe('between\n');
  });

  it('is a part of the repository where only that is wanted, in which git works', async () => {
    const server = await serve(await aRepository());
    const turns = [call('file_write', { path: 'docs/in side/b.md', content: 'x\n' }), call('git_status'), done];
    const { bench } = await work({ url: `${server.url}/a`, path: 'docs/in side' }, turns);
    expect((await readdir(bench.workspace)).sort()).toEqual(['.git', 'docs']);
    const told = bench.model.asked.at(-1)?.messages.at(-1)?.content;
    expect(told).toMatch(/## work\n M "docs\/in side\/b.md"\n+[0-9a-f]{24} DATA/);
  });

  it('shows its token to the server, and leaves it nowhere', async () => {
    const server = await serve(await aRepository(), (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401).end();
      return true;
    });
    const { result, bench, read } = await work({ url: `${server.url}/a`, tokenVariable: 'CONCLAVE_VALUE_1' });
    expect(result.outcome).toBe('succeeded');
    const basic = Buffer.from('x-access-token:ghp_12345678').toString('base64');
    expect(new Set(server.asked.map(({ authorization }) => authorization))).toEqual(new Set([`Basic ${basic}`]));
    expect(await read('.git/config')).not.toContain(basic);
    expect(JSON.stringify(bench.model.asked)).not.toContain('ghp_12345678');
  });

  it.each([
    ['with a token', { tokenVariable: 'CONCLAVE_VALUE_1' }],
    ['without one', {}],
  ])('comes from the server that is named, and from no other that this leads to, %s', async (_, token) => {
    const other = await serve(await aRepository());
    const server = await serve(await aRepository(), (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url ?? ''}` }).end();
      return true;
    });
    const { result } = await work({ url: `${server.url}/a`, ...token });
    expect(result.error).toMatchObject({ reason: 'WorkspaceInvalid', retryable: false });
    expect(result.error?.message).toContain(
      'has moved: its server leads elsewhere, where git does not follow; name the new address in `workspace.git.url`',
    );
    expect(other.asked).toEqual([]);
  });

  it('runs nothing, and leads nowhere, whatever is in the repository', async () => {
    const folder = await aRepository();
    const witness = join(folder, '../witness');
    await writeFile(join(folder, 'post-checkout'), `#!/bin/sh\ntouch ${witness}\n`);
    await chmod(join(folder, 'post-checkout'), 0o755);
    await writeFile(join(folder, '.gitattributes'), '* filter=x diff=x\n');
    await writeFile(join(folder, '.gitmodules'), `[submodule "s"]\n path = s\n url = ${folder}\n`);
    await symlink('/etc', join(folder, 'link'));
    await symlink('/etc/passwd', join(folder, 'file'));
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message=hostile');
    git(folder, 'update-ref', 'refs/heads/--upload-pack=witness', 'HEAD');
    const server = await serve(folder);
    const turns = [call('file_read', { path: 'link/passwd' }), call('file_read', { path: 'file' }), done];
    const { bench, result } = await work({ url: `${server.url}/a` }, turns);
    expect(result.outcome).toBe('succeeded');
    const told = bench.model.asked.at(-1)?.messages.filter(({ role }) => role === 'tool') ?? [];
    for (const { content } of told) expect(content).toContain('Failed: ');
    expect(existsSync(witness)).toBe(false);
    expect(existsSync(join(bench.workspace, '.git/hooks'))).toBe(false);
  });
});

describe('a workspace of git is refused', () => {
  it.each([
    ['a file', { url: 'file:///etc' }],
    ['another protocol', { url: 'ext::sh -c touch% witness' }],
    ['a password in the address', { url: 'http://u:p@127.0.0.1:1/a' }],
    ['a token in the address', { url: 'http://ghp_12345678@127.0.0.1:1/a' }],
    ['an option for a branch', { url: 'http://127.0.0.1:1/a', ref: '--upload-pack=touch witness' }],
    ['a refspec for a branch', { url: 'http://127.0.0.1:1/a', ref: 'main:refs/heads/x' }],
    ['a path that leads out', { url: 'http://127.0.0.1:1/a', path: '../x' }],
    ['a path into its own folder', { url: 'http://127.0.0.1:1/a', path: '.git/hooks' }],
    ['a token that is missing', { url: 'http://127.0.0.1:1/a', tokenVariable: 'CONCLAVE_VALUE_2' }],
  ])('for %s, before anything is asked', async (_, source) => {
    const { result, bench } = await work(source);
    expect(result.error).toMatchObject({ reason: 'WorkspaceInvalid', retryable: false });
    expect(bench.model.asked).toEqual([]);
  });

  it.each([
    ['a branch', { ref: 'nothing' }],
    ['a commit', { ref: '0123456789012345678901234567890123456789' }],
    ['a folder', { path: 'nothing' }],
    ['a repository', { url: '/nothing' }],
  ])(
    'for %s that is not there',
    async (_, { url = '/a', ...source }: { url?: string; ref?: string; path?: string }) => {
      const server = await serve(await aRepository());
      const { result } = await work({ url: `${server.url}${url}`, ...source });
      expect(result.error).toMatchObject({ reason: 'WorkspaceInvalid', retryable: false });
    },
  );

  it('until the server is there', async () => {
    const server = await serve(await aRepository(), (_, response) => {
      response.writeHead(503).end();
      return true;
    });
    const { result } = await work({ url: `${server.url}/a` });
    expect(result.error).toMatchObject({ reason: 'WorkspaceUnavailable', retryable: true });
  });
});

describe('the diff of a workspace', () => {
  let service: NonNullable<RunnerTask['artifacts']>;
  const artifacts = new ScriptedArtifacts();
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conclave-diff-test-'));
    const authority = new CertificateAuthority(folder);
    await artifacts.listen(authority.issue('artifacts', '/CN=artifacts'));
    await writeFile(join(folder, 'token'), 'token');
    service = { url: artifacts.url, tokenFile: join(folder, 'token'), caFile: authority.caFile };
    return async () => {
      artifacts.close();
      await rm(folder, { recursive: true });
    };
  });

  const write = (path: string, content: string) => call('file_write', { path, content });
  const diffOf = async (script: readonly ModelTurn[], more: Partial<RunnerTask> = {}, part: Partial<Source> = {}) => {
    const folder = await aRepository();
    const server = await serve(folder);
    const { result } = await work({ url: `${server.url}/a`, ...part }, script, { artifacts: service, ...more });
    const reference = result.artifacts?.find(({ name }) => name === 'diff');
    const diff = reference && artifacts.stored.get(reference.digest)?.toString();
    return { diff, result, folder };
  };

  it('has what was changed, made and committed, and can be applied', async () => {
    const turns = [
      ...[write('a.md', 'three\n'), call('git_add', { paths: ['.'] }), call('git_commit', { message: 'x' })],
      ...[write('new.md', 'new\n'), write('ignored', 'x'), done],
    ];
    const { diff, result, folder } = await diffOf(turns);
    expect(result.artifacts).toMatchObject([{ name: 'diff', mediaType: 'text/x-diff', sizeBytes: diff?.length }]);
    await writeFile(join(folder, '../diff'), diff ?? '');
    git(folder, 'apply', '../diff');
    expect(git(folder, 'status', '--short')).toBe('M a.md\n?? new.md');
    expect(await readFile(join(folder, 'a.md'), 'utf8')).toBe('three\n');
  });

  it('is there when the agent came to a limit, too', async () => {
    const limits = { ...aTask({}).limits, maxTurns: 1 };
    const { diff, result } = await diffOf([write('new.md', 'new\n')], { limits });
    expect(result.outcome).toBe('limit');
    expect(diff).toContain('+new');
  });

  it('of a part of the repository says nothing of the rest', async () => {
    const { diff } = await diffOf([write('docs/in side/c.md', 'new\n'), done], {}, { path: 'docs/in side' });
    expect(diff?.match(/^diff .*$/gm)).toEqual(['diff --git a/docs/in side/c.md b/docs/in side/c.md']);
  });

  it('is not there when nothing was changed', async () => {
    const { result } = await diffOf([done]);
    expect(result.artifacts).toBeUndefined();
  });
});
