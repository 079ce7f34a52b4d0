import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactLedger } from './artifact-ledger.ts';
import { ArtifactLibrary } from './artifact-library.ts';
import { CachePointers } from './cache-pointers.ts';
import { openDatabase } from './database.ts';
import { FolderStore } from './folder-store.ts';

const hourMs = 60 * 60 * 1000;
const one = { namespace: 'ns', workItem: 'one' };
const other = { namespace: 'ns', workItem: 'other' };

let folder: string;
let database: DatabaseSync;
let store: FolderStore;
let now: number;
let library: ArtifactLibrary;
let free: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'artifacts-'));
  database = openDatabase(join(folder, 'records.db'));
  free = 1e12;
  store = await FolderStore.open({ folder, reserveBytes: 1000, freeBytes: () => Promise.resolve(free) });
  now = Date.now();
  library = new ArtifactLibrary({
    ...{ store, ledger: new ArtifactLedger(database), now: () => now },
    ...{ retentionMs: 24 * hourMs, maxBytes: 1_000_000 },
  });
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const fileOf = (digest: string) => join(folder, 'sha256', digest.slice(7, 9), digest.slice(9));

async function* chunks(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

const put = (text: string, scope = one) => library.put(scope, { digest: digestOf(text), content: chunks(text) });

async function read(digest: string, scope = one): Promise<string | undefined> {
  const found = await library.open(scope, digest);
  if (found === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of found.content) parts.push(part);
  return Buffer.concat(parts).toString();
}

const unfinished = () => readdirSync(join(folder, 'incoming'));

describe('an artifact', () => {
  it('comes out as it went in, whatever its chunks', async () => {
    const digest = digestOf('hello world');
    expect(await library.put(one, { digest, content: chunks('hello', ' ', 'world') })).toBe(11);
    expect(await read(digest)).toBe('hello world');
  });

  it('may be empty', async () => {
    await library.put(one, { digest: digestOf(''), content: chunks() });
    expect(await read(digestOf(''))).toBe('');
  });

  it('is not stored when its bytes have another digest', async () => {
    const upload = { digest: digestOf('good'), content: chunks('evil') };
    await expect(library.put(one, upload)).rejects.toMatchObject({ reason: 'DigestMismatch' });
    expect(await store.head(digestOf('good'))).toBeUndefined();
    expect(unfinished()).toEqual([]);
  });

  it('is not given to who only knows its digest: the bytes must be sent, too', async () => {
    await put('secret');
    const guess = library.put(other, { digest: digestOf('secret'), content: chunks('guess') });
    await expect(guess).rejects.toMatchObject({ reason: 'DigestMismatch' });
    expect(await read(digestOf('secret'), other)).toBeUndefined();
  });

  it('is refused when it is larger than may be, announced or not', async () => {
    const large = 'x'.repeat(1_000_001);
    const upload = { digest: digestOf(large), content: chunks(large) };
    await expect(library.put(one, upload)).rejects.toMatchObject({ reason: 'TooLarge' });
    await expect(library.put(one, { ...upload, announcedBytes: 1_000_001 })).rejects.toMatchObject({
      reason: 'TooLarge',
    });
    expect(unfinished()).toEqual([]);
  });

  it('is refused when the disk is nearly full, and leaves nothing behind', async () => {
    free = 1500;
    const upload = { digest: digestOf('x'), content: chunks('x'), announcedBytes: 501 };
    await expect(library.put(one, upload)).rejects.toMatchObject({ reason: 'InsufficientStorage' });
    free = 999;
    await expect(put('y')).rejects.toMatchObject({ reason: 'InsufficientStorage' });
    expect(unfinished()).toEqual([]);
  });

  it('leaves nothing when its sender goes away', async () => {
    // eslint-disable-next-line @typescript-eslint/require-await
    const content = (async function* () {
      yield Buffer.from('half');
      throw new Error('gone');
    })();
    await expect(library.put(one, { digest: digestOf('half'), content })).rejects.toThrow('gone');
    expect(unfinished()).toEqual([]);
    expect(await read(digestOf('half'))).toBeUndefined();
  });

  it('is never read as whole when it was damaged: the last bytes are held back', async () => {
    await put('precious');
    writeFileSync(fileOf(digestOf('precious')), 'spoilt!!');
    await expect(read(digestOf('precious'))).rejects.toMatchObject({ reason: 'Broken' });
    truncateSync(fileOf(digestOf('precious')), 3);
    await expect(library.open(one, digestOf('precious'))).rejects.toMatchObject({ reason: 'Broken' });
  });

  it('heals when it is stored again', async () => {
    await put('precious');
    writeFileSync(fileOf(digestOf('precious')), 'spoilt!!');
    await put('precious');
    expect(await read(digestOf('precious'))).toBe('precious');
  });

  it('survives a restart, what was unfinished does not', async () => {
    await put('kept');
    writeFileSync(join(folder, 'incoming', 'rest'), 'x');
    await FolderStore.open({ folder, reserveBytes: 0 });
    expect(unfinished()).toEqual([]);
    expect(await read(digestOf('kept'))).toBe('kept');
  });
});

describe('scopes', () => {
  it('keep WorkItems apart', async () => {
    await put('mine');
    expect(await read(digestOf('mine'), other)).toBeUndefined();
    expect(await read(digestOf('mine'), { namespace: 'elsewhere', workItem: 'one' })).toBeUndefined();
    expect(library.sizeOf(other, digestOf('mine'))).toBeUndefined();
  });

  it('are opened by a reference', async () => {
    await put('shared');
    expect(library.refer(other, digestOf('shared'))).toBe(true);
    expect(await read(digestOf('shared'), other)).toBe('shared');
    expect(library.refer(other, digestOf('nothing'))).toBe(false);
  });

  it('are listed page by page', async () => {
    await put('a');
    await put('bb');
    await put('bb', other);
    const [first] = library.scopes({ namespace: '', workItem: '' }, 1);
    expect(first).toEqual({ ...one, artifacts: 2, sizeBytes: 3 });
    expect(library.scopes(one, 10)).toEqual([{ ...other, artifacts: 1, sizeBytes: 2 }]);
  });
});

describe('a sweep', () => {
  const later = (hours: number) => (now += hours * hourMs);
  const isThere = async (text: string) => (await store.head(digestOf(text))) !== undefined;

  it('removes what nothing has referred to for the retention time, not before', async () => {
    await put('old');
    expect(library.forget(one)).toBe(1);
    later(23);
    await library.sweep();
    expect(await isThere('old')).toBe(true);
    later(2);
    expect(await library.sweep()).toEqual({ removed: 1 });
    expect(await isThere('old')).toBe(false);
  });

  it('keeps what another WorkItem or a live cache pointer refers to', async () => {
    const pointers = new CachePointers(database, () => now);
    await put('shared');
    await put('cached');
    library.refer(other, digestOf('shared'));
    pointers.put('key', digestOf('cached'), 100 * 3600);
    library.forget(one);
    later(48);
    await library.sweep();
    expect([await isThere('shared'), await isThere('cached')]).toEqual([true, true]);
    later(60);
    await library.sweep();
    expect([await isThere('shared'), await isThere('cached')]).toEqual([true, false]);
  });

  it('keeps what is referred to again in time', async () => {
    await put('back');
    library.forget(one);
    later(20);
    library.refer(other, digestOf('back'));
    later(20);
    await library.sweep();
    expect(await read(digestOf('back'), other)).toBe('back');
  });

  it('removes what was stored but never recorded, after a grace', async () => {
    await store.put({ digest: digestOf('lost'), content: chunks('lost') });
    await library.sweep();
    expect(await isThere('lost')).toBe(true);
    later(2);
    await library.sweep();
    expect(await isThere('lost')).toBe(false);
  });

  it('never removes what has just been stored again, and is about to be recorded', async () => {
    await put('again');
    library.forget(one);
    later(48);
    const [stored, recorded] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const putSlowly: FolderStore['put'] = async (upload) => {
      const size = await FolderStore.prototype.put.call(store, upload);
      stored.resolve(undefined);
      await recorded.promise;
      return size;
    };
    store.put = putSlowly;
    const upload = put('again');
    await stored.promise;
    await library.sweep();
    recorded.resolve(undefined);
    await upload;
    expect(await read(digestOf('again'))).toBe('again');
  });
});

describe('the database', () => {
  it('is opened again as it was, and refuses to be opened by an older program', () => {
    const path = join(folder, 'again.db');
    openDatabase(path).close();
    openDatabase(path).close();
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(() => openDatabase(path)).toThrow('run the newer program');
  });
});
