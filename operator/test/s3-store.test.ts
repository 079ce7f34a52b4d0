import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { S3Server } from '../../hack/versitygw/s3-server.ts';
import { openRecords } from '../src/cmd/open-records.ts';
import { parseServerOptions } from '../src/cmd/server-options.ts';
import { S3Store } from '../src/records/s3-store.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { ServerMetrics } from '../src/telemetry/server-metrics.ts';

let server: S3Server;
let store: S3Store;

beforeAll(async () => {
  server = await S3Server.start('127.0.0.1');
  Object.assign(process.env, S3Server.credentials);
  const { bucket, endpoint } = server;
  store = new S3Store({ bucket, prefix: 'artifacts/', region: 'us-east-1', endpoint });
  return async () => {
    store.close();
    await server.stop();
  };
});

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function* pieces(bytes: Buffer, size = 1_000_000) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function read(digest: string): Promise<Buffer | undefined> {
  const found = await store.get(digest);
  if (found === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of found.content) parts.push(part);
  return Buffer.concat(parts);
}

const files = () => readdirSync(join(server.bucketFolder, 'artifacts', 'sha256'));

describe('an S3 store', () => {
  const mib = 1024 * 1024;
  it.each([0, 1, 8 * mib - 1, 8 * mib, 8 * mib + 1, 20 * mib])('keeps %i bytes as they are', async (size) => {
    const bytes = Buffer.alloc(size, 'abcdefg');
    const digest = digestOf(bytes);
    expect(await store.put({ digest, content: pieces(bytes) })).toBe(size);
    expect(await store.head(digest)).toMatchObject({ digest, sizeBytes: size });
    expect((await read(digest))?.equals(bytes)).toBe(true);
  });

  it.each([3, 20 * mib])('stores nothing of %i bytes whose digest is wrong', async (size) => {
    const digest = digestOf(Buffer.from(`wrong ${size}`));
    const put = store.put({ digest, content: pieces(Buffer.alloc(size)) });
    await expect(put).rejects.toMatchObject({ reason: 'DigestMismatch' });
    expect(await store.head(digest)).toBeUndefined();
    expect(await read(digest)).toBeUndefined();
  });

  it('lists what it has, and removes it', async () => {
    const bytes = Buffer.from('short-lived');
    const digest = digestOf(bytes);
    await store.put({ digest, content: pieces(bytes) });
    const listed: string[] = [];
    for await (const artifact of store.list()) listed.push(artifact.digest);
    expect(listed).toContain(digest);
    await store.remove(digest);
    await store.remove(digest);
    expect(await store.head(digest)).toBeUndefined();
  });

  it('never gives damaged bytes for whole ones', async () => {
    const bytes = Buffer.from('precious');
    const digest = digestOf(bytes);
    await store.put({ digest, content: pieces(bytes) });
    const file = files().find((name) => digest.endsWith(name))!;
    writeFileSync(join(server.bucketFolder, 'artifacts', 'sha256', file), 'spoilt!!');
    await expect(read(digest)).rejects.toMatchObject({ reason: 'Broken' });
  });

  it('belongs to whoever claims it first, and to whoever takes it over', async () => {
    const marker = join(server.bucketFolder, 'artifacts', 'owner');
    expect(await store.claim('one')).toBe('one');
    expect(await store.claim('other')).toBe('one');
    expect(await store.claim('one')).toBe('one');
    expect(readFileSync(marker, 'utf8')).toBe('one');
    rmSync(marker);
    expect(await store.claim('other')).toBe('other');
  });

  it('is opened by no server that knows nothing of what it holds', async () => {
    const { bucket, endpoint } = server;
    const folders = ['one', 'other'].map((name) => mkdtempSync(join(tmpdir(), `s3-${name}-`)));
    const open = (folder = '') => {
      const words = ['--data', folder, '--s3-bucket', bucket, '--s3-endpoint', endpoint, '--s3-prefix', 'mine/'];
      const parts = { logger: createLogger({ level: 'error' }), metrics: new ServerMetrics() };
      return openRecords(parseServerOptions(words, {}), parts);
    };
    (await open(folders[0])).close();
    await expect(open(folders[1])).rejects.toThrow(/belong to another server.*remove the object 'mine\/owner'/);
    (await open(folders[0])).close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it('gives up uploads that were abandoned, and only those', async () => {
    const gate = Promise.withResolvers<undefined>();
    const bytes = Buffer.alloc(20 * mib, 'slow');
    const content = (async function* () {
      yield bytes.subarray(0, 9 * mib);
      yield bytes.subarray(9 * mib, 10 * mib); // the one before is let through
      await gate.promise;
      yield bytes.subarray(10 * mib);
    })();
    const slow = store.put({ digest: digestOf(bytes), content });
    await sleep(500);
    expect(await store.removeAbandoned(Date.now())).toBe(0);
    expect(await store.removeAbandoned(Date.now() + 25 * 60 * 60 * 1000)).toBe(1);
    gate.resolve(undefined);
    await expect(slow).rejects.toThrow();
    expect(await store.head(digestOf(bytes))).toBeUndefined();
  });
});
