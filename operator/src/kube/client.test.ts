import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerJson, ScriptedServer } from '../testing/scripted-server.ts';
import { Gone, ServerError, WriteRefused } from './api-error.ts';
import { KubeClient } from './client.ts';
import { Credentials } from './credentials.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';
import { Transport } from './transport.ts';
import type { WriteGate } from './write-gate.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}
const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
const ref = { namespace: 'n', name: 'a' };
const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...ref, resourceVersion: '7' } };

let directory: string;
let server: ScriptedServer;
let client: KubeClient;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'client-'));
  server = await ScriptedServer.start((_, response) => {
    answerJson(response, 200, object);
  });
  const file = join(directory, 'config');
  const cluster = { name: 'c', cluster: { server: server.url } };
  const context = { name: 'x', context: { cluster: 'c' } };
  writeFileSync(file, JSON.stringify({ clusters: [cluster], contexts: [context], 'current-context': 'x' }));
  const credentials = new Credentials({ load: () => loadKubeconfig({ kubeconfig: file }) });
  client = new KubeClient({ transport: new Transport({ credentials, userAgent: 'test' }) });
});
afterEach(async () => {
  await client.close();
  await server.stop();
  rmSync(directory, { recursive: true });
});

function lastRequest() {
  const { method, url, body, headers } = server.received.at(-1)!;
  const { pathname, searchParams } = new URL(url, server.url);
  return {
    line: `${method} ${pathname}`,
    query: Object.fromEntries(searchParams),
    body: body === '' ? undefined : (JSON.parse(body) as Record<string, unknown>),
    contentType: headers['content-type'],
  };
}

const one = '/api/v1/namespaces/n/configmaps/a';
const writeQuery = { fieldManager: 'conclave', timeout: '30000ms' };

describe('client', () => {
  it.each([
    ['get', () => client.get(configMaps, ref), `GET ${one}`],
    ['create', () => client.create(configMaps, object), 'POST /api/v1/namespaces/n/configmaps'],
    ['create of a subresource', () => client.create(configMaps, object, { subresource: 'token' }), `POST ${one}/token`],
    ['update', () => client.update(configMaps, object), `PUT ${one}`],
    ['updateStatus', () => client.updateStatus(configMaps, object), `PUT ${one}/status`],
    ['apply', () => client.apply(configMaps, object), `PATCH ${one}`],
    ['patch', () => client.patch(configMaps, ref, { merge: {} }), `PATCH ${one}`],
  ])('%s asks for the right thing and hands out the object', async (_, call, line) => {
    expect(await call()).toEqual(object);
    expect(lastRequest().line).toBe(line);
  });

  it('writes as its field manager, bounded in time, in JSON', async () => {
    await client.update(configMaps, object, { dryRun: true, fieldValidation: 'Strict', timeoutMs: 2_500 });
    const strict = { dryRun: 'All', fieldValidation: 'Strict', timeout: '2500ms' };
    expect(lastRequest()).toMatchObject({
      body: object,
      contentType: 'application/json',
      query: { ...writeQuery, ...strict },
    });
  });

  it('applies with its content type, by force only when told', async () => {
    await client.apply(configMaps, object, { subresource: 'status' });
    expect(lastRequest()).toMatchObject({ line: `PATCH ${one}/status`, contentType: 'application/apply-patch+yaml' });
    expect(lastRequest().query).toEqual({ ...writeQuery, force: 'false' });
    await client.apply(configMaps, object, { force: true });
    expect(lastRequest().query).toEqual({ ...writeQuery, force: 'true' });
  });

  it('patches by merge and by operations', async () => {
    await client.patch(configMaps, ref, { merge: { data: { a: null } } });
    expect(lastRequest()).toMatchObject({ contentType: 'application/merge-patch+json', body: { data: { a: null } } });
    await client.patch(configMaps, ref, { json: [{ op: 'remove', path: '/data' }] });
    expect(lastRequest().contentType).toBe('application/json-patch+json');
  });

  it('deletes in the background, with preconditions where given', async () => {
    const basics = { apiVersion: 'v1', kind: 'DeleteOptions' };
    await client.delete(configMaps, ref);
    expect(lastRequest().body).toEqual({ ...basics, propagationPolicy: 'Background' });
    await client.delete(configMaps, ref, {
      uid: 'u',
      resourceVersion: '7',
      propagationPolicy: 'Foreground',
      gracePeriodSeconds: 0,
      dryRun: true,
    });
    const preconditions = { uid: 'u', resourceVersion: '7' };
    const rest = { propagationPolicy: 'Foreground', gracePeriodSeconds: 0, dryRun: ['All'] };
    expect(lastRequest().body).toEqual({ ...basics, ...rest, preconditions });
  });

  it('deletes the selected objects of one namespace, never of all', async () => {
    await client.deleteCollection(configMaps, { namespace: 'n', labelSelector: 'a=b' });
    expect(lastRequest()).toMatchObject({
      line: 'DELETE /api/v1/namespaces/n/configmaps',
      query: { labelSelector: 'a=b' },
    });
    await expect(client.deleteCollection(configMaps, { labelSelector: 'a=b' })).rejects.toThrow('name one');
    expect(server.received).toHaveLength(1);
  });

  it('hands out any path as text', async () => {
    server.script = (_, response) => response.end('ok');
    expect(await client.getText('/readyz')).toBe('ok');
  });

  it('does not take what is no JSON for an object', async () => {
    server.script = (_, response) => response.end('<html>login</html>');
    await expect(client.get(configMaps, ref)).rejects.toThrow(ServerError);
    await expect(client.get(configMaps, ref)).rejects.toThrow('the answer is not JSON: <html>login</html>');
  });
});

describe('client lists', () => {
  const page = (items: object[] | null, metadata: object) => ({ kind: 'ConfigMapList', metadata, items });

  it('page by page, giving each item the kind that built-in lists leave out', async () => {
    server.script = (request, response) => {
      const last = request.url.includes('continue=t1');
      const metadata = last
        ? { resourceVersion: '9' }
        : { resourceVersion: '9', continue: 't1', remainingItemCount: 1 };
      answerJson(response, 200, page([{ metadata: { name: last ? 'b' : 'a' } }], metadata));
    };
    const seen: ConfigMap[] = [];
    for await (const item of client.list(configMaps, { namespace: 'n', labelSelector: 'x' })) seen.push(item);
    const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
    expect(seen).toEqual([
      { ...kind, metadata: { name: 'a' } },
      { ...kind, metadata: { name: 'b' } },
    ]);
    expect(server.received.map(({ url }) => url)).toEqual([
      '/api/v1/namespaces/n/configmaps?labelSelector=x&limit=500',
      '/api/v1/namespaces/n/configmaps?labelSelector=x&limit=500&continue=t1',
    ]);
  });

  it('one page with everything about it', async () => {
    server.script = (_, response) => {
      answerJson(response, 200, page(null, { resourceVersion: '9', continue: 't', remainingItemCount: 3 }));
    };
    const options = { limit: 1, resourceVersion: '5', resourceVersionMatch: 'NotOlderThan' } as const;
    const expected = { items: [], resourceVersion: '9', continue: 't', remainingItemCount: 3 };
    expect(await client.listPage(configMaps, options)).toEqual(expected);
    expect(lastRequest().query).toEqual({ limit: '1', resourceVersion: '5', resourceVersionMatch: 'NotOlderThan' });
  });

  it.each([
    ['an event of a watch', { type: 'ERROR', object: { kind: 'Status', code: 500 } }],
    ['a Status', { kind: 'Status', metadata: {}, status: 'Failure' }],
    ['an object', { kind: 'ConfigMap', metadata: { name: 'a', resourceVersion: '9' } }],
    ['a list without its metadata', { kind: 'ConfigMapList', items: [] }],
    ['items that are none', { kind: 'ConfigMapList', metadata: { resourceVersion: '9' }, items: {} }],
    ['nothing', null],
    ['an array', []],
  ])('do not take %s for an empty list, whatever its code says', async (_, body) => {
    server.script = (_request, response) => {
      answerJson(response, 200, body);
    };
    const listing = client.listPage(configMaps, {});
    await expect(listing).rejects.toThrow(ServerError);
    await expect(listing).rejects.toThrow(`the answer is not a list: ${JSON.stringify(body)}`);
  });

  it('ends with Gone when a continue token is too old', async () => {
    server.script = (_, response) => {
      answerJson(response, 410, { kind: 'Status', code: 410, reason: 'Expired' });
    };
    await expect(client.list(configMaps).next()).rejects.toThrow(Gone);
  });
});

describe('client watches', () => {
  it('line by line, until closed', async () => {
    server.script = (_, response) => response.writeHead(200).write('{"type":"ADDED"}\n{"type":');
    const watch = await client.watch(configMaps, { resourceVersion: '5', allowBookmarks: true, timeoutSeconds: 60 });
    const lines: string[] = [];
    for await (const line of watch.lines) {
      lines.push(line);
      watch.close();
    }
    expect(lines.slice(0, 1)).toEqual(['{"type":"ADDED"}']);
    const query = { watch: 'true', resourceVersion: '5', allowWatchBookmarks: 'true', timeoutSeconds: '60' };
    expect(lastRequest().query).toEqual(query);
  });

  it('end with Unreachable when the connection breaks, and refuse to open with the error of the server', async () => {
    server.script = (_, response) => response.writeHead(200).write('{"type":"ADDED"}\n');
    const watch = await client.watch(configMaps, { resourceVersion: '5' });
    const reading = (async () => {
      for await (const line of watch.lines) if (line !== '') server.cut();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'Unreachable', mayHaveTakenEffect: false });
    server.script = (_, response) => {
      answerJson(response, 410, { kind: 'Status', code: 410, reason: 'Expired' });
    };
    await expect(client.watch(configMaps, { resourceVersion: '5' })).rejects.toThrow(Gone);
  });
});

describe('write gate', () => {
  const left: string[] = [];
  const gate: WriteGate = {
    enter: () => ({ timeoutMs: 200, leave: (outcome) => left.push(outcome) }),
  };
  beforeEach(() => {
    left.length = 0;
  });

  it('that is shut refuses every write and no read, and nothing is sent', async () => {
    const shut = client.withGate({ enter: () => ({ refused: 'this process does not lead' }) });
    const writes = [
      shut.create(configMaps, object),
      shut.update(configMaps, object),
      shut.updateStatus(configMaps, object),
      shut.apply(configMaps, object),
      shut.patch(configMaps, ref, { merge: {} }),
      shut.delete(configMaps, ref),
      shut.deleteCollection(configMaps, { namespace: 'n' }),
    ];
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(WriteRefused) as Error });
    }
    await expect(shut.delete(configMaps, ref)).rejects.toThrow('delete configmaps n/a: this process does not lead');
    expect(server.received).toHaveLength(0);
    expect(await shut.get(configMaps, ref)).toEqual(object);
    expect(await client.update(configMaps, object)).toEqual(object);
  });

  it('bounds the time of a write, here and in the server, and learns how it ended', async () => {
    const gated = client.withGate(gate);
    await gated.update(configMaps, object);
    expect(lastRequest().query['timeout']).toBe('200ms');
    await gated.update(configMaps, object, { timeoutMs: 100 });
    expect(lastRequest().query['timeout']).toBe('100ms');
    expect(left).toEqual(['known', 'known']);
    server.script = () => undefined;
    await expect(gated.update(configMaps, object)).rejects.toMatchObject({ mayHaveTakenEffect: true });
    expect(left.at(-1)).toBe('unknown');
  });

  it.each([
    [409, 'known'],
    [403, 'known'],
    [500, 'unknown'],
    [504, 'unknown'],
  ])('takes the outcome of a write answered with %d as %s', async (code, outcome) => {
    server.script = (_, response) => {
      answerJson(response, code, { kind: 'Status', code, message: 'no' });
    };
    await expect(client.withGate(gate).update(configMaps, object)).rejects.toThrow('no');
    expect(left).toEqual([outcome]);
  });

  it('takes the outcome of a write that its caller gave up as unknown', async () => {
    server.script = () => undefined;
    const reason = new Error('stopping');
    const writing = client.withGate(gate).update(configMaps, object, { signal: AbortSignal.timeout(20) });
    await expect(writing).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(client.withGate(gate).delete(configMaps, ref, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(left).toEqual(['unknown', 'unknown']);
  });
});
