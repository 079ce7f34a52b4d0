import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { git } from '../../../testing/git-server.ts';
import { startRepository } from './start-repository.ts';

async function aWorkspace(files: Readonly<Record<string, string>>): Promise<string> {
  const workspace = await mkdtemp(join(tmpdir(), 'conclave-start-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(workspace, dirname(name)), { recursive: true });
    await writeFile(join(workspace, name), content);
  }
  return workspace;
}

const start = (workspace: string, signal = new AbortController().signal) => startRepository({ workspace }, signal);

describe('the commit of what was unpacked', () => {
  it.each([
    ['an encoding that they do not have', '* working-tree-encoding=UTF-16'],
    ['an encoding that does not exist', '* working-tree-encoding=nothing'],
    ['ends of lines', '* text eol=lf'],
    ['ends of lines, as of old', '* crlf=input'],
    ['a keyword', '* ident'],
  ])('has the bytes of its files, whatever its attributes say of them: %s', async (_, attributes) => {
    const content = 'odd\r\n$Id: x $\r\n';
    const workspace = await aWorkspace({
      '.gitattributes': `${attributes}\n`,
      'in/.gitattributes': attributes,
      'in/f': content,
    });
    const commit = await start(workspace);
    git(workspace, 'cat-file', '-e', `${commit}:in/f`);
    await rm(join(workspace, 'in/f'));
    git(workspace, 'checkout', 'in/f');
    expect(await readFile(join(workspace, 'in/f'), 'utf8')).toBe(content);
    expect(git(workspace, 'cat-file', '-s', `${commit}:in/f`)).toBe(`${content.length}`);
  });

  it('is packed small: a volume holds it beside the files', async () => {
    const workspace = await aWorkspace({ text: 'a line of text\n'.repeat(100_000) });
    await start(workspace);
    const names = await readdir(join(workspace, '.git/objects'), { recursive: true });
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(workspace, '.git/objects', name))).size),
    );
    expect(Math.max(...sizes)).toBeLessThan(150_000);
  });

  it('is refused for good where git does not take a name', async () => {
    await expect(start(await aWorkspace({ 'git~1': 'x' }))).rejects.toMatchObject({
      ...{ name: 'WorkspaceError', reason: 'WorkspaceInvalid' },
      message: expect.stringContaining(
        "git does not take the files of the archive: error: invalid path 'git~1'",
      ) as unknown,
    });
  });

  it.each([
    ['is locked', 'index.lock'],
    ['is no folder', 'objects'],
  ])('may succeed another time where the repository %s', async (_, name) => {
    const workspace = await aWorkspace({ a: 'x', [`.git/${name}`]: '' });
    await expect(start(workspace)).rejects.toMatchObject({ reason: 'WorkspaceUnavailable' });
  });

  it('is given up when the work is over', async () => {
    const signal = AbortSignal.abort(new Error('over'));
    await expect(start(await aWorkspace({ a: 'x' }), signal)).rejects.toThrow('over');
  });
});
