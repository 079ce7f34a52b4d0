import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anArchive, type ArchivedEntry } from '../../../testing/an-archive.ts';
import { unpackArchive, type Unpacking } from './unpack-archive.ts';

type Prepare = (workspace: string, outside: string) => Promise<unknown>;

async function unpack(bytes: Buffer, { prepare, ...more }: Partial<Unpacking> & { prepare?: Prepare } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-unpack-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [workspace, outside, archive] = [join(folder, 'workspace'), join(folder, 'outside'), join(folder, 'archive')];
  await Promise.all([mkdir(workspace), mkdir(outside), writeFile(archive, bytes)]);
  await prepare?.(workspace, outside);
  const { signal } = new AbortController();
  const unpacking = unpackArchive({ archive, workspace, signal, ...more });
  const failure = await unpacking.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(await readdir(outside)).toEqual([]);
  return { unpacked: unpacking, failure, workspace, read: (path: string) => readFile(join(workspace, path), 'utf8') };
}

const link = (name: string, linkname: string): ArchivedEntry => ({ name, type: 'symlink', linkname });
const hardLink = (name: string, linkname: string): ArchivedEntry => ({ name, type: 'link', linkname });

describe('an archive', () => {
  const entries: readonly ArchivedEntry[] = [
    { name: './', type: 'directory' },
    { name: './a/b/c.txt', content: 'deep' },
    { name: './a/', type: 'directory' },
    { name: 'run.sh', content: '#!/bin/sh\n', mode: 0o754, uid: 0 },
    { name: 'empty', content: '' },
    hardLink('again.txt', './a/b/c.txt'),
    link('a/up.sh', '../run.sh'),
    link('chain', 'a/up.sh'),
    link('nowhere', 'a/nothing'),
    { name: `long/${'n'.repeat(200)}`, content: 'long' },
  ];

  it.each([
    ['as it is', (bytes: Buffer) => bytes],
    ['gzipped', (bytes: Buffer) => gzipSync(bytes)],
  ])('is unpacked %s: files, folders, links, and which files are programs', async (_, packed) => {
    const { unpacked, read, workspace } = await unpack(packed(await anArchive(entries)));
    expect(await unpacked).toEqual({ entries: entries.length, leftOut: 0 });
    expect(await read('a/b/c.txt')).toBe('deep');
    expect(await read('again.txt')).toBe('deep');
    expect(await read('empty')).toBe('');
    expect(await read('chain')).toBe('#!/bin/sh\n');
    expect(await read(`long/${'n'.repeat(200)}`)).toBe('long');
    expect(await readlink(join(workspace, 'a/up.sh'))).toBe('../run.sh');
    expect((await lstat(join(workspace, 'run.sh'))).mode & 0o7777 & 0o111).not.toBe(0);
    expect((await lstat(join(workspace, 'empty'))).mode & 0o111).toBe(0);
  });

  it('of which a copy is changed leaves the file that it was made of', async () => {
    const { read, workspace } = await unpack(await anArchive([{ name: 'a', content: 'a' }, hardLink('b', 'a')]));
    await writeFile(join(workspace, 'b'), 'changed');
    expect(await read('a')).toBe('a');
  });

  it('without entries leaves the workspace as it is', async () => {
    expect(await (await unpack(await anArchive([]))).unpacked).toEqual({ entries: 0, leftOut: 0 });
  });

  it("brings nothing of git's own, at whatever depth and in whatever spelling", async () => {
    const left = ['.git/config', 'sub/.git', 'sub/.GIT/hooks/post-checkout', '.git'];
    const bytes = await anArchive([
      ...left.map((name) => ({ name, content: 'evil' })),
      { name: '.gitignore', content: 'kept' },
    ]);
    const { unpacked, read, workspace } = await unpack(bytes);
    expect(await unpacked).toEqual({ entries: left.length + 1, leftOut: left.length, firstLeftOut: left[0] });
    expect(await read('.gitignore')).toBe('kept');
    expect(await readdir(workspace)).toEqual(['.gitignore']);
  });

  it('lies over what is there: its files take the place of files and of links, and lead through none', async () => {
    const { failure, read, workspace } = await unpack(
      await anArchive([{ name: 'a', content: 'new' }, link('b', 'a')]),
      {
        prepare: async (folder, outside) => {
          await symlink(join(outside, 'x'), join(folder, 'a'));
          await writeFile(join(folder, 'b'), 'old');
          await writeFile(join(folder, 'kept'), 'kept');
        },
      },
    );
    expect(failure).toBeUndefined();
    expect([await read('a'), await read('kept'), await readlink(join(workspace, 'b'))]).toEqual(['new', 'kept', 'a']);
  });
});

describe('an archive is refused, by the name of its entry,', () => {
  const file = (name: string, more: Partial<ArchivedEntry> = {}): ArchivedEntry => ({ name, content: 'x', ...more });
  it.each<[string, readonly ArchivedEntry[], string]>([
    ['for a name that leads out', [file('a/../../x')], '"a/../../x" of the archive cannot be written: a path may not'],
    ['for an absolute name', [file('/etc/x')], '"/etc/x" of the archive cannot be written: a path has to be relative'],
    ['for a name that is too long', [file(`${'a/'.repeat(2100)}b`)], 'has a name of more than 4096 bytes'],
    [
      'for a name that no file system takes',
      [file('n'.repeat(300))],
      'has a name that is too long for the file system',
    ],
    ['for a name that is deeper than files may be', [file(`${'a/'.repeat(70)}b`)], 'a path may have at most 64 parts'],
    ['for the name of the workspace', [link('.', 'a')], '"." of the archive has the name of the workspace itself'],
    ['for a link that leads out', [link('a', '../x')], '"a" of the archive is a link to "../x", which is not inside'],
    ['for a link that leads out from below', [link('a/b', 'c/../../../x')], 'which is not inside the workspace'],
    ['for a link to an absolute path', [link('a', '/etc/passwd')], 'which is not inside the workspace'],
    ...['/', '//', '/.'].map((target): [string, readonly ArchivedEntry[], string] => [
      `for a link to the root, written ${target}`,
      [link('a', target)],
      `"a" of the archive is a link to "${target}", which is not inside the workspace`,
    ]),
    ['for a link to nothing', [link('a', '')], 'which is no path'],
    [
      'for a link to what no system opens, before anything else is looked at',
      [{ ...link('a', 'x'), pax: { linkpath: 'x'.repeat(4097) } }, file('../x')],
      'which has more than 4096 bytes',
    ],
    ['for a link into git', [link('a', 'b/.git/config')], "which is git's own folder"],
    [
      'for a link that leads out through a link that comes later',
      [link('x', 'd/a/../y'), link('d/a', '..')],
      "which leads through the link 'd/a'",
    ],
    ['for a name through a link', [link('a', 'b'), file('a/x')], '"a/x" of the archive leads through "a"'],
    ['for a link in place of a folder', [file('a/x'), link('a', 'b')], 'has the same name as an entry before it'],
    ['for a file through a file', [file('a'), file('a/x')], '"a/x" of the archive leads through "a"'],
    ['for a name that it has twice', [file('a'), file('./a')], '"./a" of the archive has the same name'],
    ['for a copy of a file outside', [hardLink('a', '../x')], '"a" of the archive is a link to "../x"'],
    ['for a copy of what is not in it', [hardLink('a', 'b')], 'which is no file that stands before it'],
    [
      "for a copy of what is git's",
      [file('.git/config'), hardLink('a', '.git/config')],
      'which is no file that stands',
    ],
    ['for a copy of a link', [link('b', 'c'), hardLink('a', 'b')], 'which is no file that stands before it'],
    ['for a device', [{ name: 'a', type: 'character-device' }], '"a" of the archive is a device'],
    ['for a block device', [{ name: 'a', type: 'block-device' }], '"a" of the archive is a device'],
    ['for a fifo', [{ name: 'a', type: 'fifo' }], '"a" of the archive is a fifo'],
    ['for a program of another user', [file('a', { mode: 0o4755 })], '"a" of the archive would run as another user'],
    ['for a program of another group', [file('a', { mode: 0o2755 })], 'would run as another user or group'],
  ])('%s', async (_, entries, message) => {
    const { failure } = await unpack(await anArchive(entries));
    expect(failure).toMatchObject({ name: 'WorkspaceError', reason: 'WorkspaceInvalid' });
    expect(failure?.message).toContain(message);
  });

  it('when what is there is in the way', async () => {
    const way: Prepare = async (workspace, outside) => {
      await symlink(outside, join(workspace, 'link'));
      await symlink('/etc', join(workspace, 'etc'));
      await mkdir(join(workspace, 'folder/in'), { recursive: true });
    };
    const told = [];
    for (const entry of [
      file('link/x'),
      link('link/x', 'y'),
      file('folder'),
      link('a', 'etc'),
      link('a', 'etc/passwd'),
    ])
      told.push((await unpack(await anArchive([entry]), { prepare: way })).failure?.message);
    expect(told).toEqual([
      `the entry "link/x" of the archive leads through 'link', which is no folder of the repository`,
      `the entry "link/x" of the archive is a link to "y", which leads through the link 'link'`,
      `the entry "folder" of the archive has the name of a folder of the repository`,
      `the entry "a" of the archive is a link to "etc", which is a link of the repository`,
      `the entry "a" of the archive is a link to "etc/passwd", which leads through the link 'etc'`,
    ]);
  });
});

describe('an archive that is too large', () => {
  const limits = { mostBytes: 1024 * 1024, mostEntries: 3 };

  it('ends while it comes, however small it is packed', async () => {
    const bomb = gzipSync(await anArchive([{ name: 'zeros', content: Buffer.alloc(64 * 1024 * 1024) }]));
    const { failure, workspace } = await unpack(bomb, { limits });
    expect(failure?.message).toBe(
      'the entry "zeros" of the archive goes beyond the 1048576 bytes that may be unpacked',
    );
    expect(existsSync(join(workspace, 'zeros'))).toBe(false);
  });

  it('ends where it is large in what stands between its entries', async () => {
    const headers = await anArchive(
      Array.from({ length: 3 }, (_, index) => ({
        name: `${index}`,
        content: '',
        pax: { comment: 'c'.repeat(500_000) },
      })),
    );
    expect((await unpack(gzipSync(headers), { limits })).failure?.message).toContain('goes beyond the 1048576 bytes');
  });

  it('ends where nothing but zeros follows', async () => {
    const bytes = Buffer.concat([await anArchive([{ name: 'a', content: 'x' }]), Buffer.alloc(32 * 1024 * 1024)]);
    expect((await unpack(gzipSync(bytes), { limits })).failure?.message).toContain('"a" of the archive goes beyond');
  });

  it('ends by the copies that it asks for', async () => {
    const copies = [hardLink('b', 'a'), hardLink('c', 'a')];
    const bytes = await anArchive([{ name: 'a', content: Buffer.alloc(400_000) }, ...copies]);
    expect((await unpack(bytes, { limits })).failure?.message).toContain('"c" of the archive goes beyond');
  });

  it('ends by the number of its entries', async () => {
    const bytes = await anArchive(['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'directory' as const })));
    expect((await unpack(bytes, { limits })).failure?.message).toBe(
      'the entry "d" of the archive is one more than the 3 that may be in it',
    );
  });

  it('ends by the folders that its names imply, each counted once', async () => {
    const paths = async (...names: string[]) => unpack(await anArchive(names.map((name) => ({ name }))), { limits });
    expect((await paths('a/b/c', 'a/b/d')).failure?.message).toBe(
      'the entry "a/b/d" of the archive makes more files and folders than the 3 that may be in it',
    );
    expect(await (await paths('a/b/c')).unpacked).toMatchObject({ entries: 1 });
  });

  it('ends by the names and targets of links that have to be remembered', async () => {
    const long = (index: number) => `${index}`.padEnd(4000, '/a');
    const bytes = await anArchive(Array.from({ length: 4500 }, (_, index) => link(`${index}`, long(index))));
    expect((await unpack(gzipSync(bytes))).failure?.message).toContain(
      'of the archive goes beyond the 16777216 characters that all names and targets of links may have together',
    );
  });

  it('says so from the size that an entry has, with the limits that are usual', async () => {
    const bytes = await anArchive([{ name: 'a', content: 'x' }]);
    bytes.write('77777777777', 124);
    bytes.write(checksumOf(bytes), 148);
    expect((await unpack(bytes)).failure?.message).toContain('"a" of the archive goes beyond the 536870912 bytes');
  });
});

/** Of the header at the beginning (POSIX, ustar): the sum of its bytes, the checksum itself counted as blanks. */
const checksumOf = (bytes: Buffer) => {
  const header = Buffer.from(bytes.subarray(0, 512)).fill(' ', 148, 156);
  return `${header
    .reduce((sum, byte) => sum + byte, 0)
    .toString(8)
    .padStart(6, '0')}\0 `;
};

describe('what is no whole archive', () => {
  const whole = () =>
    anArchive([
      { name: 'a', content: 'x'.repeat(2000) },
      { name: 'b', content: 'y'.repeat(700) },
    ]);

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['in a header', (bytes) => bytes.subarray(0, 3000)],
    ['in a file', (bytes) => bytes.subarray(0, 1500)],
    ['between two entries', (bytes) => bytes.subarray(0, 512 + 2048)],
    ['behind the last of them', (bytes) => bytes.subarray(0, 512 + 2048 + 512 + 1024)],
    ['where it is gzipped', (bytes) => gzipSync(bytes).subarray(0, 60)],
    ['where it is gzipped, in its check', (bytes) => gzipSync(bytes).subarray(0, -4)],
  ])('is refused when it is cut off %s', async (_, cut) => {
    const { failure } = await unpack(cut(await whole()));
    expect(failure).toMatchObject({ reason: 'WorkspaceInvalid' });
    expect(failure?.message).toMatch(/^the archive is broken or cut off/);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a header', (bytes) => bytes.fill(1, 512 + 2048, 512 + 2048 + 20)],
    ['its compression', (bytes) => gzipSync(bytes).fill(0xff, 30, 50)],
    ['what it is', () => gzipSync(Buffer.from('no archive at all, but text that is long enough.'.repeat(20)))],
  ])('is refused when it is broken in %s', async (_, broken) => {
    const { failure } = await unpack(broken(await whole()));
    expect(failure?.message).toMatch(/^the archive is broken or cut off/);
  });

  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['a zip', Buffer.from('PK\u0003\u0004…'), 'a zip archive'],
    ['a zstd', Buffer.from('28b52ffd00', 'hex'), 'compressed by zstd'],
    ['a text', Buffer.from('{"a":1}\n'), 'of a form that is not known (it begins with the bytes 7b2261223a317d0a)'],
  ])('is refused by its first bytes where it is %s', async (_, bytes, what) => {
    const { failure } = await unpack(bytes);
    expect(failure).toMatchObject({ reason: 'WorkspaceInvalid' });
    expect(failure?.message).toBe(`the artifact is ${what}; a workspace is filled from a tar archive, gzipped or not`);
  });

  it('is given up when the work is over', async () => {
    const signal = AbortSignal.abort(new Error('over'));
    expect((await unpack(await whole(), { signal })).failure?.message).toBe('over');
  });
});
