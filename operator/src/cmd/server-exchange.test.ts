import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../core/digest.ts';
import { RunningServer } from '../testing/running-server.ts';

let running: RunningServer;
beforeEach(async () => {
  running = await RunningServer.start();
});
afterEach(() => running.stop());

const one = { namespace: 'ns', workItem: 'one' };
const other = { namespace: 'ns', workItem: 'other' };
const bytesDigest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function* piecesOf(bytes: Buffer, count = 4) {
  const size = Math.ceil(bytes.length / count);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function allOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const inject = (token: string, method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, more = {}) =>
  running.server.app.inject({ method, url, headers: { authorization: `Bearer ${token}` }, ...more });

describe('artifacts', () => {
  it('travel as JSON under the digest that the planner computes', async () => {
    const client = running.client('operator');
    const value = { b: [1, 2], a: 'ü' };
    const digest = await client.putJson(one, value);
    expect(digest).toBe(digestOf(value));
    expect(await client.getJson(one, digest)).toEqual(value);
  });

  it('travel as streams of any size', async () => {
    const client = running.client('pod-one');
    const bytes = Buffer.alloc(20_000_000, 'abcdefg');
    const digest = bytesDigest(bytes);
    await client.putBytes(one, { digest, open: () => piecesOf(bytes) });
    expect(bytes.equals((await client.getBytes(one, digest))!)).toBe(true);
    await expect(client.getBytes(one, digest, 1_000)).rejects.toMatchObject({ reason: 'TooLarge' });
  });

  it('may be empty', async () => {
    const client = running.client('pod-one');
    const digest = bytesDigest(Buffer.alloc(0));
    await client.putBytes(one, { digest, sizeBytes: 0, open: () => piecesOf(Buffer.alloc(0)) });
    expect(await client.getBytes(one, digest)).toEqual(Buffer.alloc(0));
  });

  it('belong to their WorkItem: its pods reach them, those of another do not', async () => {
    const digest = await running.client('pod-one').putJson(one, 'mine');
    expect(await running.client('pod-one').getJson(one, digest)).toBe('mine');
    expect(await running.client('pod-other').getJson(other, digest)).toBeUndefined();
    const trespass = running.client('pod-other').getJson(one, digest);
    await expect(trespass).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
  });

  it('are out of reach for users and for pods with no WorkItem', async () => {
    for (const token of ['alice', 'pod-stranger']) {
      await expect(running.client(token).putJson(one, 1)).rejects.toMatchObject({ status: 403 });
    }
    await expect(running.client('nobody').putJson(one, 1)).rejects.toMatchObject({ status: 401 });
  });

  it('are shared by a reference, which only the operator gives', async () => {
    const digest = await running.client('pod-one').putJson(one, 'mine');
    await expect(running.client('pod-other').addReference(other, digest)).rejects.toMatchObject({ status: 403 });
    expect(await running.client('operator').addReference(other, digest)).toBe(true);
    expect(await running.client('pod-other').getJson(other, digest)).toBe('mine');
    expect(await running.client('operator').addReference(other, digestOf('nothing'))).toBe(false);
  });

  it('are given up with their WorkItem', async () => {
    const client = running.client('operator');
    const digest = await client.putJson(one, 'mine');
    expect(await allOf(client.listScopes())).toEqual([{ ...one, artifacts: 1, sizeBytes: 6 }]);
    await client.removeWorkItem(one);
    expect(await client.getJson(one, digest)).toBeUndefined();
    expect(await allOf(client.listScopes())).toEqual([]);
  });

  it('are not stored under a digest that is not theirs', async () => {
    const bytes = Buffer.alloc(3_000_000);
    const wrong = { digest: digestOf('wrong'), open: () => piecesOf(bytes) };
    const failure = { status: 400, reason: 'DigestMismatch' };
    await expect(running.client('pod-one').putBytes(one, wrong)).rejects.toMatchObject(failure);
  });

  it('are refused with 507 when the disk is full, and the sender gets to know it', async () => {
    running.disk.freeBytes = 0;
    const bytes = Buffer.alloc(3_000_000);
    const upload = { digest: bytesDigest(bytes), open: () => piecesOf(bytes) };
    const failure = { status: 507, reason: 'InsufficientStorage' };
    await expect(running.client('pod-one').putBytes(one, upload)).rejects.toMatchObject(failure);
  });

  it('are refused when they turn out to be too large, and the sender gets to know it', async () => {
    const bytes = Buffer.alloc(27_000_000);
    const upload = { digest: bytesDigest(bytes), open: () => piecesOf(bytes, 100) };
    const failure = { status: 413, reason: 'TooLarge' };
    await expect(running.client('pod-one').putBytes(one, upload)).rejects.toMatchObject(failure);
  });

  it('do not cost a connection when they are refused', async () => {
    running.disk.freeBytes = 0;
    const bytes = Buffer.alloc(2_000_000);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { port } = running.server.app.server.address() as AddressInfo;
    const headers = { authorization: 'Bearer pod-one', connection: 'keep-alive' };
    const address = { host: '127.0.0.1', port, path: `/v1/artifacts/${bytesDigest(bytes)}`, headers };
    const put = request({ ...address, method: 'PUT', rejectUnauthorized: false }, resolve).once('error', reject);
    put.end(bytes);
    const answer = await promise;
    answer.resume();
    expect([answer.statusCode, answer.headers.connection]).toEqual([507, 'keep-alive']);
  });

  it('never look whole when they were damaged, and the log says so', async () => {
    const client = running.client('operator');
    const bytes = Buffer.alloc(1_000_000, 'x');
    const digest = bytesDigest(bytes);
    await client.putBytes(one, { digest, open: () => piecesOf(bytes) });
    bytes[999_999] = 0;
    writeFileSync(join(running.folder, 'sha256', digest.slice(7, 9), digest.slice(9)), bytes);
    await expect(client.getBytes(one, digest)).rejects.toMatchObject({ status: 0, reason: 'Unreachable' });
    expect(running.logged.join('')).toContain('an artifact could not be read');
  });

  it('have addresses without tricks', async () => {
    for (const digest of ['sha256:..', '..%2f..%2fetc', `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(64)}`]) {
      const answer = await inject('pod-one', 'GET', `/v1/artifacts/${digest}`);
      expect(answer.statusCode).toBe(400);
    }
  });
});

describe('cache pointers', () => {
  it("are the operator's", async () => {
    const client = running.client('operator');
    const key = digestOf('inputs');
    expect(await client.getCachePointer(key)).toBeUndefined();
    const put = await client.putCachePointer(key, { outputsDigest: digestOf(1), ttlSeconds: 60 });
    expect(await client.getCachePointer(key)).toEqual(put);
    await expect(running.client('pod-one').getCachePointer(key)).rejects.toMatchObject({ status: 403 });
  });

  it('are refused when they are not understood', async () => {
    const pointer = { outputsDigest: 'nonsense', ttlSeconds: 60 };
    await expect(running.client('operator').putCachePointer('k', pointer)).rejects.toMatchObject({ status: 400 });
  });
});

describe('events', () => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 'com.example.done', data: { ok: true } };
  const post = (token: string, payload: unknown = event, query = '?namespace=ns') =>
    inject(token, 'POST', `/events${query}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents+json; charset=utf-8' },
      payload: JSON.stringify(payload),
    });

  it('are taken in from who has the right, and read by the operator', async () => {
    running.mayCreate.add('alice@ns');
    const answer = await post('alice');
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ events: [{ sequence: 1, duplicate: false }] });
    const { events } = await running.client('operator').readEvents({ after: 0 });
    expect(events).toMatchObject([{ sequence: 1, namespace: 'ns', sender: 'alice', event }]);
  });

  it('are refused from who has not, and without a namespace', async () => {
    expect((await post('alice')).statusCode).toBe(403);
    running.mayCreate.add('alice@ns');
    expect((await post('alice', event, '')).statusCode).toBe(400);
  });

  it('come from pods for their own namespace alone', async () => {
    running.mayCreate.add('system:serviceaccount:ns:default@ns').add('system:serviceaccount:ns:default@elsewhere');
    expect((await post('pod-one', event, '')).statusCode).toBe(202);
    expect((await post('pod-one', event, '?namespace=elsewhere')).statusCode).toBe(403);
  });

  it("may not pretend to be the operator's own", async () => {
    running.mayCreate.add('alice@ns');
    const forged = await post('alice', { ...event, type: 'dev.conclave.approval.recorded' });
    expect(forged.json()).toMatchObject({ error: { code: 400, reason: 'ReservedType' } });
    expect((await post('alice', { ...event, type: 'dev.conclave.asset.materialized' })).statusCode).toBe(202);
  });

  it('reach who waits for them', async () => {
    running.mayCreate.add('alice@ns');
    const waiting = running.client('operator').readEvents({ after: 0, waitSeconds: 30 });
    await post('alice');
    expect((await waiting).events).toHaveLength(1);
  });

  it('do not keep the server from ending', async () => {
    const waiting = running.client('operator').readEvents({ after: 0, waitSeconds: 60 });
    while (running.reviews === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await running.server.close();
    expect((await waiting).events).toEqual([]);
  });
});

describe('the server', () => {
  it('answers what it does not know in JSON, with the id of the request', async () => {
    const headers = { authorization: 'Bearer operator', 'x-request-id': 'mine-1' };
    const answer = await running.server.app.inject({ method: 'GET', url: '/nothing', headers });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['x-request-id']).toBe('mine-1');
    expect(answer.json()).toMatchObject({ error: { code: 404, reason: 'NotFound' } });
  });

  it('asks the cluster once for a token that comes again', async () => {
    for (let time = 0; time < 5; time += 1) await inject('operator', 'GET', '/v1/work-items');
    expect(running.reviews).toBe(1);
  });

  it('slows down who asks too often, but not the operator', async () => {
    const codes = await Promise.all(
      Array.from({ length: 40 }, async () => (await inject('alice', 'GET', '/v1/work-items')).statusCode),
    );
    expect(codes.filter((code) => code === 429).length).toBeGreaterThan(5);
    const operators = Array.from({ length: 40 }, () => inject('operator', 'GET', '/v1/work-items'));
    expect((await Promise.all(operators)).every(({ statusCode }) => statusCode === 200)).toBe(true);
  });

  it('is believed only with a certificate of the authority that is known', async () => {
    const stranger = await RunningServer.start();
    const client = running.client('operator', stranger.authority.certificate);
    await expect(client.putJson(one, 1)).rejects.toMatchObject({ status: 0, reason: 'Unreachable' });
    await stranger.stop();
  });
});
