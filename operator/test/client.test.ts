/** The client against the real API server: every verb, and every error that the server can be brought to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as errors from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject, ObjectMeta, ResourceType } from '../src/kube/resource-type.ts';
import { apiErrorFromStatus } from '../src/kube/status-error.ts';
import { createTestNamespace, exists, testKubeconfig, type TestNamespace } from './test-cluster.ts';

const group = 'client-test.conclave.dev';

interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number; readonly name?: string; readonly blob?: string };
  readonly status?: { readonly phase?: string };
}
interface Crd extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface TokenRequest extends KubeObject {
  readonly spec: { readonly audiences?: readonly string[] };
  readonly status?: { readonly token: string };
}

const widgets: ResourceType<Widget> = { group, version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };
const core = { group: '', version: 'v1', namespaced: true };
const pods: ResourceType = { ...core, kind: 'Pod', plural: 'pods' };
const configMaps: ResourceType = { ...core, kind: 'ConfigMap', plural: 'configmaps' };
const serviceAccounts: ResourceType = { ...core, kind: 'ServiceAccount', plural: 'serviceaccounts' };
const tokens: ResourceType<TokenRequest> = { ...core, kind: 'TokenRequest', plural: 'serviceaccounts' };
const crds: ResourceType<Crd> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

function widgetCrd(): KubeObject & { readonly spec: unknown } {
  const spec = {
    type: 'object',
    properties: { size: { type: 'integer', maximum: 10 }, name: { type: 'string' }, blob: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: "!has(self.name) || self.name != 'bad'", message: 'name is bad' }],
  };
  const status = { type: 'object', properties: { phase: { type: 'string' } } };
  const openAPIV3Schema = { type: 'object', properties: { spec, status } };
  const v1 = { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema } };
  const names = { kind: 'Widget', plural: 'widgets', singular: 'widget' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: { group, scope: 'Namespaced', names, versions: [v1] },
  };
}

let test: TestNamespace;
let client: KubeClient;
let namespace: string;
let directory: string;
const crdRef = { name: `widgets.${group}` };
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'client-test-'));
  test = await createTestNamespace('client');
  ({ client, namespace } = test);
  await client.apply(crds, widgetCrd(), { force: true });
  await vi.waitFor(() => client.listPage(widgets, { namespace }), { timeout: 30_000, interval: 200 });
});
afterAll(async () => {
  await client.delete(crds, crdRef);
  await test.remove();
  rmSync(directory, { recursive: true });
});

let names = 0;
function aWidget(spec: NonNullable<Widget['spec']> = { size: 1 }, metadata: Partial<ObjectMeta> = {}): Widget {
  const name = `w-${String(++names).padStart(3, '0')}`;
  return { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name, namespace, ...metadata }, spec };
}

async function errorOf(promise: Promise<unknown>): Promise<errors.ApiError> {
  const thrown: unknown = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(errors.ApiError);
  return thrown as errors.ApiError;
}

/** A client for another user: the test cluster's kubeconfig, with `user` in place of its users. */
async function connectAs(user: object): Promise<KubeClient> {
  const config = load(readFileSync(testKubeconfig(), 'utf8')) as Record<string, { name: string; cluster?: object }[]>;
  const file = join(directory, `config-${++names}`);
  const users = config['users']?.map(({ name }) => ({ name, user }));
  writeFileSync(file, JSON.stringify({ ...config, users }));
  return (await connect({ kubeconfig: file, version: 'test' })).client;
}

describe('the verbs', () => {
  it('creates, gets, replaces and deletes', async () => {
    const created = await client.create(widgets, aWidget({ size: 1 }));
    expect(created.metadata).toMatchObject({ generation: 1, uid: expect.any(String) as string });
    expect(await client.get(widgets, created.metadata)).toEqual(created);
    const updated = await client.update(widgets, { ...created, spec: { size: 2 } });
    expect([updated.spec, updated.metadata.generation]).toEqual([{ size: 2 }, 2]);
    expect(created.metadata.managedFields?.[0]).toMatchObject({ manager: 'conclave' });
    await client.delete(widgets, created.metadata);
    expect(await exists(client, widgets, created.metadata)).toBe(false);
  });

  it('replaces a status and nothing else', async () => {
    const created = await client.create(widgets, aWidget({ size: 1 }));
    const written = await client.updateStatus(widgets, { ...created, spec: { size: 9 }, status: { phase: 'Running' } });
    expect([written.spec, written.status, written.metadata.generation]).toEqual([{ size: 1 }, { phase: 'Running' }, 1]);
    expect((await client.get(widgets, created.metadata, { subresource: 'status' })).status).toEqual({
      phase: 'Running',
    });
  });

  it('applies: creates, keeps what others own, takes over by force alone, and applies to the status', async () => {
    const widget = aWidget({ size: 1 });
    await client.apply(widgets, widget);
    const other = (await connect({ kubeconfig: testKubeconfig(), version: 'test', fieldManager: 'other' })).client;
    await other.apply(widgets, { ...widget, spec: { name: 'other' } } as Widget);
    const { spec } = await client.apply(widgets, { ...widget, spec: { size: 2 } } as Widget);
    expect(spec).toEqual({ size: 2, name: 'other' });
    const conflict = await errorOf(other.apply(widgets, { ...widget, spec: { size: 3 } } as Widget));
    expect(conflict).toBeInstanceOf(errors.Conflict);
    expect(conflict.causes[0]).toMatchObject({ field: '.spec.size', reason: 'FieldManagerConflict' });
    expect(conflict.message).toContain('take them over with force');
    expect((await other.apply(widgets, { ...widget, spec: { size: 3 } } as Widget, { force: true })).spec?.size).toBe(
      3,
    );
    const { apiVersion, kind, metadata } = widget;
    const phase = { apiVersion, kind, metadata, status: { phase: 'a' } };
    const status = await client.apply(widgets, phase, { subresource: 'status' });
    expect(status.status).toEqual({ phase: 'a' });
    await other.close();
  });

  it('patches by merge and by operations', async () => {
    const { metadata } = await client.create(widgets, aWidget({ size: 1, name: 'a' }));
    const merged = await client.patch(widgets, metadata, { merge: { spec: { name: null, size: 4 } } });
    expect(merged.spec).toEqual({ size: 4 });
    const json = [
      { op: 'test', path: '/spec/size', value: 4 },
      { op: 'replace', path: '/spec/size', value: 5 },
    ];
    expect((await client.patch(widgets, metadata, { json })).spec).toEqual({ size: 5 });
    expect(await errorOf(client.patch(widgets, metadata, { json }))).toBeInstanceOf(errors.Invalid);
    const status = { merge: { status: { phase: 'x' } } };
    expect((await client.patch(widgets, metadata, status, { subresource: 'status' })).status).toEqual({ phase: 'x' });
  });

  it('lists in pages that show one moment, and watches on from there', async () => {
    const labels = { list: 'pages' };
    for (let index = 0; index < 5; index += 1) await client.create(widgets, aWidget({ size: index }, { labels }));
    const options = { namespace, labelSelector: 'list=pages' };
    const page = await client.listPage(widgets, { ...options, limit: 2 });
    expect([page.items.length, typeof page.continue]).toEqual([2, 'string']);
    const late = await client.create(widgets, aWidget({ size: 7 }, { labels }));
    const sizes: (number | undefined)[] = [];
    for await (const { spec } of client.list(widgets, { ...options, limit: 2 })) sizes.push(spec?.size);
    expect(sizes).toEqual([0, 1, 2, 3, 4, 7]);
    const rest = await client.listPage(widgets, { ...options, limit: 10, continue: page.continue ?? '' });
    expect(rest.items.map(({ spec }) => spec?.size)).toEqual([2, 3, 4]);

    const { resourceVersion } = page;
    const watch = await client.watch(widgets, {
      ...options,
      resourceVersion,
      allowBookmarks: true,
      timeoutSeconds: 60,
    });
    const seen: string[] = [];
    for await (const line of watch.lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: Widget };
      seen.push(`${type} ${object.metadata.name}`);
      if (type === 'ADDED') await client.delete(widgets, late.metadata);
      if (type === 'DELETED') watch.close();
    }
    expect(seen).toEqual([`ADDED ${late.metadata.name}`, `DELETED ${late.metadata.name}`]);
  });

  it('gives the items of built-in lists their kind', async () => {
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'one' } });
    const { items } = await client.listPage(configMaps, { namespace });
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('lets the server end a watch', async () => {
    const { resourceVersion } = await client.listPage(widgets, { namespace, limit: 1 });
    const watch = await client.watch(widgets, { namespace, resourceVersion, timeoutSeconds: 1 });
    const lines: string[] = [];
    for await (const line of watch.lines) lines.push(line);
    expect(lines).toEqual([]);
  });

  it('deletes only what the preconditions name', async () => {
    const created = await client.create(widgets, aWidget());
    const { metadata } = created;
    await client.update(widgets, { ...created, spec: { size: 3 } });
    const { resourceVersion = '', uid = '' } = metadata;
    expect(await errorOf(client.delete(widgets, metadata, { resourceVersion }))).toBeInstanceOf(errors.Conflict);
    expect(await errorOf(client.delete(widgets, metadata, { uid: 'another' }))).toBeInstanceOf(errors.Conflict);
    await client.delete(widgets, metadata, { uid, dryRun: true });
    expect(await exists(client, widgets, metadata)).toBe(true);
    await client.delete(widgets, metadata, { uid });
    expect(await exists(client, widgets, metadata)).toBe(false);
  });

  it('deletes the selected objects of a collection', async () => {
    const chosen = await client.create(widgets, aWidget({ size: 1 }, { labels: { chosen: 'yes' } }));
    const other = await client.create(widgets, aWidget({ size: 1 }, { labels: { chosen: 'no' } }));
    await client.deleteCollection(widgets, { namespace, labelSelector: 'chosen=yes' });
    expect(await exists(client, widgets, chosen.metadata)).toBe(false);
    expect(await exists(client, widgets, other.metadata)).toBe(true);
  });

  it('stores nothing in a dry run', async () => {
    const widget = await client.create(widgets, aWidget(), { dryRun: true });
    expect(widget.metadata.uid).toBeDefined();
    expect(await exists(client, widgets, widget.metadata)).toBe(false);
  });

  it('reads any path', async () => {
    expect(await client.getText('/readyz')).toBe('ok');
    expect(JSON.parse(await client.getText('/version'))).toMatchObject({ major: '1' });
  });
});

describe('the errors', () => {
  it('Conflict: a write of what has changed since it was read', async () => {
    const created = await client.create(widgets, aWidget());
    await client.update(widgets, { ...created, spec: { size: 2 } });
    const error = await errorOf(client.update(widgets, { ...created, spec: { size: 3 } }));
    expect(error).toBeInstanceOf(errors.Conflict);
    expect(error.message).toContain(`update widgets.${group} ${namespace}/${created.metadata.name}: `);
  });

  it('AlreadyExists: not to be taken for a conflict', async () => {
    const created = await client.create(widgets, aWidget());
    const { name } = created.metadata;
    expect(await errorOf(client.create(widgets, aWidget({}, { name })))).toBeInstanceOf(errors.AlreadyExists);
  });

  it('NotFound: an object, and a kind that the server does not know', async () => {
    const missing = await errorOf(client.get(widgets, { namespace, name: 'nobody' }));
    expect(missing).toBeInstanceOf(errors.NotFound);
    expect(missing.message).not.toContain('CustomResourceDefinitions');
    const unknown = await errorOf(client.listPage({ ...widgets, plural: 'gadgets' }, {}));
    expect(unknown).toBeInstanceOf(errors.NotFound);
    expect(unknown.message).toContain('CustomResourceDefinitions');
    const path = { group: 'no-such-group.example', version: 'v1', kind: 'X', plural: 'xs', namespaced: false };
    expect((await errorOf(client.listPage(path, {}))).message).toContain('CustomResourceDefinitions');
  });

  it('Gone: a watch from before the server remembers, told inside the stream', async () => {
    const watch = await client.watch(widgets, { namespace, resourceVersion: '1', timeoutSeconds: 10 });
    const lines: string[] = [];
    for await (const line of watch.lines) lines.push(line);
    const { type, object } = JSON.parse(lines[0] ?? '') as { type: string; object: unknown };
    const error = apiErrorFromStatus({ verb: 'watch', resource: 'widgets' }, object);
    expect([type, error.code]).toEqual(['ERROR', 410]);
    expect(error).toBeInstanceOf(errors.Gone);
  });

  it('Invalid: what the schema and its rules refuse, each with its field', async () => {
    const error = await errorOf(client.create(widgets, aWidget({ size: 11, name: 'bad' })));
    expect(error).toBeInstanceOf(errors.Invalid);
    const fields = error.causes.map(({ field, message }) => [field, message]);
    expect(fields).toContainEqual(['spec.size', expect.stringContaining('less than or equal to 10')]);
    expect(fields).toContainEqual(['spec', expect.stringContaining('name is bad')]);
    const unknown = aWidget({ nothing: 1 } as object);
    expect(await errorOf(client.create(widgets, unknown, { fieldValidation: 'Strict' }))).toBeInstanceOf(
      errors.Invalid,
    );
    expect(await errorOf(client.listPage(widgets, { continue: 'nonsense' }))).toBeInstanceOf(errors.Invalid);
  });

  it.each([
    ['etcd', 2_000_000],
    ['the API server', 4_000_000],
  ])('TooLarge: what %s refuses to store', async (_, size) => {
    const error = await errorOf(client.create(widgets, aWidget({ blob: 'x'.repeat(size) })));
    expect(error).toBeInstanceOf(errors.TooLarge);
  });

  it('ServerError: a state that the server has not reached, with its delay', async () => {
    const options = { namespace, resourceVersion: '999999999999', resourceVersionMatch: 'NotOlderThan' } as const;
    const error = await errorOf(client.listPage(configMaps, options));
    expect(error).toBeInstanceOf(errors.ServerError);
    expect(error.retryAfterMs).toBeGreaterThan(0);
  });
});

describe('other users', () => {
  let account: string;
  const token = async (): Promise<string> => {
    const metadata = { namespace, name: account };
    const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' };
    const request: TokenRequest = { ...kind, metadata, spec: {} };
    return (await client.create(tokens, request, { subresource: 'token' })).status?.token ?? '';
  };
  beforeAll(async () => {
    account = 'limited';
    const metadata = { namespace, name: account };
    await client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  });

  it('Forbidden: who may not, and may not what', async () => {
    const limited = await connectAs({ token: await token() });
    const error = await errorOf(limited.listPage(pods, { namespace }));
    expect(error).toBeInstanceOf(errors.Forbidden);
    expect(error.message).toContain(`User "system:serviceaccount:${namespace}:limited" cannot list resource "pods"`);
    expect(await errorOf(limited.watch(pods, { resourceVersion: '0' }) as Promise<unknown>)).toBeInstanceOf(
      errors.Forbidden,
    );
    await limited.close();
  });

  it('Unauthorized, until the token file holds a good token: then without a restart', async () => {
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, 'no token at all');
    const user = await connectAs({ tokenFile });
    expect(await errorOf(user.listPage(pods, { namespace }))).toBeInstanceOf(errors.Unauthorized);
    writeFileSync(tokenFile, await token());
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await errorOf(user.listPage(pods, { namespace }))).toBeInstanceOf(errors.Forbidden);
    await user.close();
  });
});
