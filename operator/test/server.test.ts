import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servingCertificateTurn } from '../src/cmd/serving-certificate.ts';
import { digestOf } from '../src/core/digest.ts';
import { ServerClient } from '../src/executors/server-client.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import { pods } from '../src/kube/pod.ts';
import { secrets, TextSecrets } from '../src/kube/secret.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { ServerProcess } from './server-process.ts';
import { createToken, ensure, ensureAccount, writeKubeconfig } from './service-account.ts';
import { createTestNamespace, namespaces, type TestNamespace } from './test-cluster.ts';

const system = 'conclave-system';
const host = `conclave-server.${system}.svc`;
const rbac = (kind: string, plural: string, namespaced: boolean): ResourceType => ({
  ...{ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced },
});
const rbacTypes: Readonly<Record<string, ResourceType>> = {
  ClusterRole: rbac('ClusterRole', 'clusterroles', false),
  ClusterRoleBinding: rbac('ClusterRoleBinding', 'clusterrolebindings', false),
  Role: rbac('Role', 'roles', true),
  RoleBinding: rbac('RoleBinding', 'rolebindings', true),
};

let own: TestNamespace;
let admin: KubeClient;
let namespace: string;
let folder: string;
let operator: KubeClient;
let server: ServerProcess;
let bundle: string;
const clients: ServerClient[] = [];

const lookup: LookupFunction = (_name, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** Brings the certificates from the Secrets into the server's folder, as its volume does. */
async function mountCertificates(): Promise<void> {
  const secret = await new TextSecrets(admin, system).read('conclave-server-tls');
  for (const file of ['tls.key', 'tls.crt']) writeFileSync(join(folder, 'tls', file), secret?.data[file] ?? '');
  bundle = secret?.data['ca.crt'] ?? '';
}

const startServer = () =>
  ServerProcess.start([
    ...['--data', join(folder, 'data'), '--tls-dir', join(folder, 'tls'), '--reserve-bytes', '0'],
    ...['--kubeconfig', join(folder, 'server.kubeconfig'), '--log-level', 'debug'],
  ]);

function clientWith(token: string): ServerClient {
  const url = `https://${host}:${server.port}`;
  const client = new ServerClient({ url, ca: () => bundle, token: () => token, lookup, attempts: 2 });
  clients.push(client);
  return client;
}

async function aPod(name: string, workItem: string | undefined): Promise<KubeObject> {
  const labels = workItem === undefined ? {} : { 'conclave.dev/work-item-uid': workItem };
  const container = { name: 'c', image: 'example.test/none' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [container] },
  };
  return admin.create<KubeObject>(pods, pod);
}

const podToken = (pod: KubeObject, audience = 'conclave') =>
  createToken(admin, { namespace, name: 'default' }, { audience, pod });
const operatorToken = () =>
  createToken(admin, { namespace: system, name: 'conclave-operator' }, { audience: 'conclave' });

beforeAll(async () => {
  own = await createTestNamespace('server');
  ({ client: admin, namespace } = own);
  folder = mkdtempSync(join(tmpdir(), 'server-'));
  mkdirSync(join(folder, 'tls'));
  await ensure(admin, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: system } });
  for (const name of ['conclave-operator', 'conclave-server']) await ensureAccount(admin, { namespace: system, name });
  await ensureAccount(admin, { namespace, name: 'default' });
  const file = readFileSync(new URL('../../config/server/rbac.yaml', import.meta.url), 'utf8');
  for (const object of loadAll(file) as KubeObject[])
    await admin.apply(rbacTypes[object.kind]!, object, { force: true });
  for (const name of ['operator', 'server']) {
    const token = await createToken(admin, { namespace: system, name: `conclave-${name}` });
    writeKubeconfig(join(folder, `${name}.kubeconfig`), token);
  }
  ({ client: operator } = await connect({ kubeconfig: join(folder, 'operator.kubeconfig'), version: 'test' }));
  await servingCertificateTurn(operator, system)();
  await mountCertificates();
  server = await startServer();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.kill();
  await operator.close();
  for (const name of ['conclave-ca', 'conclave-server-tls']) await admin.delete(secrets, { namespace: system, name });
  rmSync(folder, { recursive: true });
  await own.remove();
});

describe('pods', () => {
  it('reach the artifacts of their WorkItem by their projected token, and no others', async () => {
    const [one, other] = [await aPod('one', 'uid-1'), await aPod('other', 'uid-2')];
    const scope = { namespace, workItem: 'uid-1' };
    const client = clientWith(await podToken(one));
    const digest = await client.putJson(scope, { answer: 42 });
    expect(await client.getJson(scope, digest)).toEqual({ answer: 42 });
    const stranger = clientWith(await podToken(other));
    await expect(stranger.getJson(scope, digest)).rejects.toMatchObject({ status: 403 });
    expect(await stranger.getJson({ namespace, workItem: 'uid-2' }, digest)).toBeUndefined();
  });

  it('need a label that only pods of WorkItems carry, and a token for this server', async () => {
    const scope = { namespace, workItem: 'uid-1' };
    const plain = clientWith(await podToken(await aPod('plain', undefined)));
    await expect(plain.putJson(scope, 1)).rejects.toMatchObject({ status: 403 });
    const pod = await aPod('third', 'uid-1');
    const forApiServer = await createToken(admin, { namespace, name: 'default' }, { pod });
    await expect(clientWith(forApiServer).putJson(scope, 1)).rejects.toMatchObject({ status: 403 });
    const forOthers = await podToken(pod, 'someone-else');
    await expect(clientWith(forOthers).putJson(scope, 1)).rejects.toMatchObject({ status: 401 });
  });

  it('are shut out when they are gone, also when another takes their name', async () => {
    const pod = await aPod('gone', 'uid-1');
    const token = await podToken(pod);
    await admin.delete(pods, { namespace, name: 'gone' }, { gracePeriodSeconds: 0 });
    await aPod('gone', 'uid-1');
    const failure = await clientWith(token)
      .putJson({ namespace, workItem: 'uid-1' }, 1)
      .catch((error: unknown) => error);
    expect([401, 403]).toContain((failure as { status: number }).status);
  });
});

describe('the operator', () => {
  it('acts for every WorkItem, and shares results between them', async () => {
    const client = clientWith(await operatorToken());
    const digest = await client.putJson({ namespace, workItem: 'a' }, 'result');
    expect(await client.addReference({ namespace, workItem: 'b' }, digest)).toBe(true);
    expect(await client.getJson({ namespace, workItem: 'b' }, digest)).toBe('result');
    await client.putCachePointer(digestOf('k'), { outputsDigest: digest, ttlSeconds: 60 });
    expect(await client.getCachePointer(digestOf('k'))).toMatchObject({ outputsDigest: digest });
  });

  it('is the only one with its rights', async () => {
    await ensureAccount(admin, { namespace, name: 'conclave-operator' });
    const impostor = await createToken(admin, { namespace, name: 'conclave-operator' }, { audience: 'conclave' });
    await expect(clientWith(impostor).getCachePointer('k')).rejects.toMatchObject({ status: 403 });
  });
});

interface Sent {
  readonly method: 'POST' | 'PUT';
  readonly mediaType?: string;
  readonly body: object;
}

/** How the server answers what is no call of the operator's. */
async function statusOf(token: string, path: string, { method, mediaType = 'application/json', body }: Sent) {
  const { request, Agent } = await import('undici');
  const dispatcher = new Agent({ connect: { ca: bundle, lookup } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': mediaType };
  const url = `https://${host}:${server.port}${path}`;
  const { statusCode, body: answer } = await request(url, { method, headers, body: JSON.stringify(body), dispatcher });
  await answer.dump();
  await dispatcher.close();
  return statusCode;
}

describe('progress', () => {
  it('is told by pods, of their own WorkItem, and reaches the operator', async () => {
    const pod = await aPod('working', 'uid-9');
    const told = { step: 'mend', attempt: 1, turns: 3, toolCalls: 2, promptTokens: 900, completionTokens: 80 };
    const reading = clientWith(await operatorToken()).readProgress({ after: 0, waitSeconds: 30 });
    expect(await statusOf(await podToken(pod), '/v1/progress', { method: 'PUT', body: told })).toBe(204);
    expect((await reading).progress).toMatchObject([{ ...told, namespace, workItem: 'uid-9' }]);
    const stranger = await podToken(await aPod('idle', undefined));
    expect(await statusOf(stranger, '/v1/progress', { method: 'PUT', body: told })).toBe(403);
  });
});

describe('events', () => {
  const event = { specversion: '1.0', id: 'e-1', source: '/ci', type: 'com.example.built' };
  const send = (token: string, id: string) =>
    statusOf(token, `/events?namespace=${namespace}`, {
      ...{ method: 'POST', mediaType: 'application/cloudevents+json' },
      body: { ...event, id },
    });

  it('need the right to create events.conclave.dev, and then reach the operator once', async () => {
    await ensureAccount(admin, { namespace, name: 'builder' });
    const token = await createToken(admin, { namespace, name: 'builder' });
    expect(await send(token, 'e-1')).toBe(403);
    const metadata = { namespace, name: 'send-events' };
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: ['conclave.dev'], resources: ['events'], verbs: ['create'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'send-events' };
    const subjects = [{ kind: 'ServiceAccount', name: 'builder', namespace }];
    await ensure(admin, rbacTypes['Role']!, { apiVersion, kind: 'Role', metadata, rules } as KubeObject);
    const binding = { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects };
    await ensure(admin, rbacTypes['RoleBinding']!, binding);
    while ((await send(token, 'e-1')) === 403) await sleep(100);
    expect(await send(token, 'e-1')).toBe(202);
    const { events } = await clientWith(await operatorToken()).readEvents({ after: 0, waitSeconds: 10 });
    expect(events).toMatchObject([{ namespace, event, sender: `system:serviceaccount:${namespace}:builder` }]);
  });
});

describe('the process', () => {
  it('forgets nothing when it crashes', async () => {
    const scope = { namespace, workItem: 'crash' };
    const digest = await clientWith(await operatorToken()).putJson(scope, 'kept');
    await server.kill();
    server = await startServer();
    expect(await clientWith(await operatorToken()).getJson(scope, digest)).toBe('kept');
  });

  it('takes a renewed certificate without a restart', async () => {
    const serial = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connectTls({ port: server.port, host: '127.0.0.1', servername: host, ca: bundle }, () => {
          resolve(socket.getPeerCertificate().serialNumber);
          socket.destroy();
        });
        socket.once('error', reject);
      });
    const before = await serial();
    await admin.delete(secrets, { namespace: system, name: 'conclave-server-tls' });
    await servingCertificateTurn(operator, system)();
    await mountCertificates();
    while (!server.has('the certificate was renewed')) await sleep(100);
    expect(await serial()).not.toBe(before);
  });

  it('tells how it is, and what it did', async () => {
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${server.healthPort}${path}`)).text();
    expect(await get('/readyz')).toBe('ok\n');
    expect(await get('/metrics')).toContain('conclave_server_requests_total{method="GET"');
    expect(JSON.stringify(server.log)).not.toContain('eyJ'); // no token in the log
  });

  it('ends in order', async () => {
    const waiting = clientWith(await operatorToken()).readEvents({ after: 1_000, waitSeconds: 60 });
    await sleep(500);
    const code = await server.terminate();
    expect(code).toBe(0);
    expect((await waiting).events).toEqual([]);
    server = await startServer();
  });
});
