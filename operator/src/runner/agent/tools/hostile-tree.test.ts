import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../../api/json.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { startArtifactService } from '../../../testing/artifact-service.ts';
import { git } from '../../../testing/git-server.ts';
import { takeSecrets } from '../secrets.ts';
import { Transcript } from '../transcript.ts';
import { startRepository } from '../workspace/start-repository.ts';
import { storeDiff } from '../workspace/store-diff.ts';
import { fileFunctions } from './file-tool.ts';
import { gitFunctions } from './git-tool.ts';
import { removeTraps } from './remove-traps.ts';
import type { Tree } from './tree.ts';

const { signal } = new AbortController();
const { artifacts, service, stop } = await startArtifactService();
afterAll(stop);

interface Place {
  readonly tree: Tree;
  readonly startCommit: string;
  /** A folder outside the workspace, in which nothing may be read. */
  readonly outside: string;
  /** What a program of the attacker would make. */
  readonly witness: string;
  readonly put: (path: string, content: string) => Promise<void>;
}

/** A workspace with one commit, as an agent with a shell has it. */
async function aPlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'conclave-hostile-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const workspace = join(root, 'workspace');
  const put = async (path: string, content: string) => {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), content);
  };
  await put('a.txt', 'one\n');
  await put('sub/b.txt', 'one\n');
  const tree = { workspace, repository: join(root, 'repository/.git') };
  const startCommit = await startRepository(tree, signal);
  await put('a.txt', 'two\n');
  const outside = await anOutside(root);
  return { tree, startCommit, outside, witness: join(root, 'witness'), put };
}

/** A repository somewhere else, whose commit is a secret. */
async function anOutside(root: string): Promise<string> {
  const outside = join(root, 'outside');
  await mkdir(outside);
  git(outside, 'init', '--quiet');
  await writeFile(join(outside, 'secret'), 'ghp_12345678\n');
  git(outside, 'add', '.');
  git(outside, 'commit', '--quiet', '--message=secret');
  return outside;
}

/** Files that would be read, with times by which it shows that they were. */
const read = ['secret', '.git/HEAD', '.git/config', '.git/index'];
const long = new Date('2020-01-01T00:00:00Z');

async function forget(outside: string): Promise<void> {
  // A time of access is written down where it is older than that of the last change.
  for (const path of read) await utimes(join(outside, path), long, new Date());
}

async function wereRead(outside: string): Promise<string[]> {
  const times = await Promise.all(read.map(async (path) => [path, (await stat(join(outside, path))).atimeMs] as const));
  return times.filter(([, at]) => at !== long.getTime()).map(([path]) => path);
}

const program = (witness: string) => `touch ${witness}; exit 1`;

/** What runs a program, or leads elsewhere, wherever git reads it. */
const configuration = ({ witness, outside }: Place) => `[core]
  repositoryformatversion = 0
  fsmonitor = ${program(witness)}
  hooksPath = ${outside}
  sshCommand = ${program(witness)}
  pager = ${program(witness)}
  editor = ${program(witness)}
  attributesFile = ${outside}/secret
  worktree = ${outside}
[filter "x"]
  clean = ${program(witness)}
  smudge = ${program(witness)}
  process = ${program(witness)}
  required = true
[diff "x"]
  command = ${program(witness)}
  textconv = ${program(witness)}
[merge "x"]
  driver = ${program(witness)}
[gpg]
  program = ${program(witness)}
[commit]
  gpgSign = true
[include]
  path = ${outside}/secret
[alias]
  status = !${program(witness)}
  diff = !${program(witness)}
[submodule "s"]
  update = !${program(witness)}
`;

async function aRepository(place: Place, folder: string): Promise<void> {
  const { tree, witness, put } = place;
  await mkdir(join(tree.workspace, folder), { recursive: true });
  git(join(tree.workspace, folder), 'init', '--quiet');
  await put(join(folder, 'inner.txt'), 'inner\n');
  git(join(tree.workspace, folder), 'add', '.');
  git(join(tree.workspace, folder), 'commit', '--quiet', '--message=inner');
  for (const name of ['pre-commit', 'post-index-change', 'post-commit', 'prepare-commit-msg']) {
    await put(join(folder, '.git/hooks', name), `#!/bin/sh\n${program(witness)}\n`);
    await chmod(join(tree.workspace, folder, '.git/hooks', name), 0o755);
  }
  await put(join(folder, '.git/config'), configuration(place));
}

const attacks: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  'a repository of its own in the workspace': (place) => aRepository(place, '.'),
  'a repository in a folder': (place) => aRepository(place, 'sub/inner'),
  'a repository in place of a folder that is known': (place) => aRepository(place, 'sub'),
  'a repository whose name is written otherwise': async (place) => {
    await aRepository(place, 'sub/inner');
    execFileSync('mv', [join(place.tree.workspace, 'sub/inner/.git'), join(place.tree.workspace, 'sub/inner/.GIT')]);
  },
  'a file that leads to a repository elsewhere': ({ put, outside }) =>
    put('sub/inner/.git', `gitdir: ${outside}/.git\n`),
  'the same in the workspace itself': ({ put, outside }) => put('.git', `gitdir: ${outside}/.git\n`),
  'a link to a repository elsewhere': async ({ tree, outside, put }) => {
    await put('sub/inner/x', 'x');
    await symlink(join(outside, '.git'), join(tree.workspace, 'sub/inner/.git'));
  },
  'a link in place of git’s folder': ({ tree, outside }) =>
    symlink(join(outside, '.git'), join(tree.workspace, '.git')),
  'a worktree that leads elsewhere': async ({ put, outside }) => {
    await put('sub/inner/.git/HEAD', 'ref: refs/heads/master\n');
    await put('sub/inner/.git/commondir', `${outside}/.git\n`);
    await put('sub/inner/.git/gitdir', `${outside}/.git\n`);
  },
  'objects that lie elsewhere': async (place) => {
    await aRepository(place, 'sub/inner');
    await place.put('sub/inner/.git/objects/info/alternates', `${place.outside}/.git/objects\n`);
  },
  'a repository under a name that is no text': async (place) => {
    const { tree, outside } = place;
    const shown = Buffer.from(`${tree.workspace}/\ufffd`);
    const other = Buffer.concat([Buffer.from(`${tree.workspace}/`), Buffer.from([0xff])]);
    for (const folder of [shown, other]) await mkdir(folder);
    await writeFile(Buffer.concat([other, Buffer.from('/.git')]), `gitdir: ${outside}/.git\n`);
  },
  'a repository in a folder that cannot be listed': async ({ put, tree, outside }) => {
    await put('sub/inner/.git', `gitdir: ${outside}/.git\n`);
    await chmod(join(tree.workspace, 'sub/inner'), 0o100);
  },
  'attributes that name programs': async ({ put }) => {
    await put('.gitattributes', '* filter=x diff=x merge=x\n');
    await put('sub/.gitattributes', '* filter=lfs text eol=crlf ident\n');
  },
  'attributes that are a link': ({ tree, outside }) =>
    symlink(join(outside, 'secret'), join(tree.workspace, '.gitattributes')),
  'rules of what is ignored that are a link': ({ tree, outside }) =>
    symlink(join(outside, 'secret'), join(tree.workspace, 'sub/.gitignore')),
  'submodules that are a link': ({ tree, outside }) =>
    symlink(join(outside, '.git/config'), join(tree.workspace, '.gitmodules')),
  'submodules that run programs': async (place) => {
    await aRepository(place, 'sub/inner');
    await place.put(
      '.gitmodules',
      `[submodule "s"]\n path = sub/inner\n url = ext::${place.witness}\n update = !touch ${place.witness}\n ignore = none\n`,
    );
  },
  'a pipe for rules': ({ tree }) => Promise.resolve(execFileSync('mkfifo', [join(tree.workspace, '.gitignore')])),
  'a pipe for attributes': ({ tree }) =>
    Promise.resolve(execFileSync('mkfifo', [join(tree.workspace, 'sub/.gitattributes')])),
  'a pipe for a file': async ({ tree }) => {
    await rm(join(tree.workspace, 'sub/b.txt'));
    execFileSync('mkfifo', [join(tree.workspace, 'sub/b.txt'), join(tree.workspace, 'pipe')]);
  },
  'rules without end': async ({ put, tree }) => {
    await put('.gitignore', '\n');
    await truncate(join(tree.workspace, '.gitignore'), 300_000_000);
  },
  'links in place of files and folders': async ({ tree, outside }) => {
    await rm(join(tree.workspace, 'sub'), { recursive: true });
    await symlink(outside, join(tree.workspace, 'sub'));
    await rm(join(tree.workspace, 'a.txt'));
    await symlink(join(outside, 'secret'), join(tree.workspace, 'a.txt'));
    await writeFile(join(tree.workspace, 'changed'), 'x');
  },
  'names that look like options': ({ put }) => put('--upload-pack=x/-c/core.pager=x', 'x\n'),
};

const call = (tree: Tree, name: string, given: JsonObject = {}) => {
  const found = [...gitFunctions, ...fileFunctions].find((each) => each.name === name);
  return found!.run(given, { ...tree, access: { name: found!.tool }, signal });
};

async function diffOf({ tree, startCommit }: Pick<Place, 'tree' | 'startCommit'>) {
  const task = aTask({ artifacts: service });
  const transcript = new Transcript(takeSecrets(task, {}));
  const stored = await storeDiff({ tree, startCommit, parts: { task, transcript }, isHurried: false });
  return { diff: artifacts.stored.get(stored?.digest ?? '')?.toString(), notes: transcript.toBytes().toString() };
}

describe('git, in a workspace that commands write to,', () => {
  it.each(Object.entries(attacks))(
    'runs nothing and reads nothing elsewhere, whatever they leave: %s',
    async (_, attack) => {
      const place = await aPlace();
      await attack(place);
      await forget(place.outside);
      const told = [
        await call(place.tree, 'git_status'),
        await call(place.tree, 'git_diff'),
        await call(place.tree, 'git_add', { paths: ['.'] }),
        await call(place.tree, 'git_diff', { staged: true }),
        await call(place.tree, 'git_commit', { message: 'x' }),
        await call(place.tree, 'git_log'),
      ].join('\n');
      const { diff, notes } = await diffOf(place);
      expect(diff, notes).toMatch(/^-one$/m);
      expect(existsSync(place.witness)).toBe(false);
      expect(await wereRead(place.outside)).toEqual([]);
      const commit = git(place.outside, 'rev-parse', 'HEAD');
      for (const text of [told, diff, notes]) {
        expect(text).not.toContain('ghp_12345678');
        expect(text).not.toContain(commit);
      }
    },
  );

  it('would show what it reads elsewhere by the times of these files', async () => {
    const { outside } = await aPlace();
    await forget(outside);
    await readFile(join(outside, 'secret'));
    expect(await wereRead(outside)).toEqual(['secret']);
  });

  it('asks no encoding that the workspace names for its files', async () => {
    const place = await aPlace();
    await place.put('.gitattributes', '* working-tree-encoding=../../../workspace/x\n');
    expect(await call(place.tree, 'git_add', { paths: ['.'] })).toBe('Done.');
    expect((await diffOf(place)).diff).toContain('+* working-tree-encoding=../../../workspace/x');
  });

  it('says what was removed', async () => {
    const place = await aPlace();
    await aRepository(place, 'sub/inner');
    expect(await call(place.tree, 'git_status')).toContain(
      '[removed, because git would be led astray by it: "sub/inner/.git"]',
    );
    expect(existsSync(join(place.tree.workspace, 'sub/inner/inner.txt'))).toBe(true);
  });

  it('leaves large files out of the diff, new ones and known ones', async () => {
    const place = await aPlace();
    await place.put('new [x]', '');
    for (const name of ['new [x]', 'sub/b.txt']) await truncate(join(place.tree.workspace, name), 17 * 1024 * 1024);
    const { diff, notes } = await diffOf(place);
    expect(diff?.match(/^diff .*$/gm)).toEqual(['diff --git a/a.txt b/a.txt']);
    expect(notes).toMatch(/The diff is without .* and 1 more/);
  });

  it('is not run beside a command', async () => {
    const { tree, ...place } = await aPlace();
    const busy = { ...tree, isQuiet: () => false };
    await expect(call(busy, 'git_status')).rejects.toThrow('a command may still be running');
    const { diff, notes } = await diffOf({ ...place, tree: busy });
    expect(diff).toBeUndefined();
    expect(notes).toContain('There is no diff of the changes: a command may still be running');
    expect(await call({ ...tree, isQuiet: () => true }, 'git_status')).toContain(' M a.txt');
  });

  it('is not run where the workspace cannot be looked through', async () => {
    const place = await aPlace();
    const program = `import os\nos.chdir(${JSON.stringify(place.tree.workspace)})\nfor _ in range(1200):\n    os.mkdir("deep"); os.chdir("deep")`;
    execFileSync('python3', ['-c', program]);
    await expect(call(place.tree, 'git_status')).rejects.toThrow('cannot be looked through');
    execFileSync('rm', ['-rf', join(place.tree.workspace, 'deep')]);
  });
});

/** Nothing is forbidden to root: as such it is done by another user. */
function sweepAsPodUser(workspace: string): string[] {
  const lines = `const { removeTraps } = await import(process.argv[1]);
console.log(JSON.stringify((await removeTraps(process.argv[2], new AbortController().signal)).removed.first.map(String)));`;
  const path = fileURLToPath(new URL('remove-traps.ts', import.meta.url));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    execFileSync('chown', ['-R', '65532:65532', workspace]);
    // As the kubelet makes a volume.
    execFileSync('chown', ['0:65532', workspace]);
    execFileSync('chmod', ['2777', workspace]);
    execFileSync('chmod', ['755', dirname(workspace)]);
  }
  const args = ['--input-type=module', '-e', lines, path, workspace];
  const user = isRoot ? { uid: 65_532, gid: 65_532 } : {};
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', ...user })) as string[];
}

describe('what leads git astray', () => {
  it('is removed also where its owner may not change it', async () => {
    const { tree, put } = await aPlace();
    await put('sub/x/.git/inner/config', 'x');
    const folders = ['sub/x/.git/inner', 'sub/x/.git', 'sub/x'];
    for (const [position, folder] of folders.entries())
      await chmod(join(tree.workspace, folder), position === 1 ? 0o100 : 0o500);
    await put('.git/config', 'x');
    expect(sweepAsPodUser(tree.workspace)).toEqual(['.git', 'sub/x/.git']);
    for (const path of ['.git', 'sub/x/.git']) expect(existsSync(join(tree.workspace, path))).toBe(false);
  });

  it('is not followed when it is removed', async () => {
    const { tree, outside } = await aPlace();
    await symlink(outside, join(tree.workspace, '.git'));
    await mkdir(join(tree.workspace, 'sub/.git'));
    await symlink(outside, join(tree.workspace, 'sub/.git/x'));
    await link(join(outside, 'secret'), join(tree.workspace, 'sub/.git/y'));
    await removeTraps(tree.workspace, signal);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('ghp_12345678\n');
  });
});

describe('the file tool', () => {
  it('does not wait at pipes, and follows no link', async () => {
    const { tree, outside } = await aPlace();
    execFileSync('mkfifo', [join(tree.workspace, 'pipe')]);
    await symlink(outside, join(tree.workspace, 'out'));
    await forget(outside);
    for (const path of ['pipe', 'out/secret', 'out']) {
      await expect(call(tree, 'file_read', { path })).rejects.toThrow();
      await expect(call(tree, 'file_write', { path, content: 'x' })).rejects.toThrow();
    }
    await expect(call(tree, 'file_list', { path: 'out' })).rejects.toThrow('link');
    expect(await call(tree, 'file_list', { path: '.' })).toBe('a.txt\nout\npipe\nsub/');
    expect(await wereRead(outside)).toEqual([]);
  });

  it('lists the first of a folder with names without end', async () => {
    const { tree } = await aPlace();
    execFileSync('python3', [
      '-c',
      `for n in range(2500): open(${JSON.stringify(tree.workspace)} + f"/sub/{n:05}", "w")`,
    ]);
    const listed = (await call(tree, 'file_list', { path: 'sub' })).split('\n');
    expect([listed[0], listed.at(-1), listed.length]).toEqual(['00000', '[and 1501 more]', 1001]);
  });
});
