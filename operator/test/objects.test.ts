/** Other engines' objects on the real API server: made, followed, taken away, and whatever can be in the way. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MethodSpec } from '../src/api/method.ts';
import { objectOperation, type ObjectOperationRequest } from '../src/controllers/object-operation.ts';
import { objectProbe, type ObjectProbe } from '../src/controllers/object-probe.ts';
import { removeObject } from '../src/controllers/remove-object.ts';
import { removeServing, servingOperation } from '../src/controllers/serving-operation.ts';
import type { ChildIdentity } from '../src/core/delegation/child-identity.ts';
import { renderObject } from '../src/core/delegation/render-object.ts';
import type { ServingRequest } from '../src/core/delegation/render-serving.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { ObjectAccess } from '../src/kube/object-access.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { anIdentity } from '../src/testing/an-identity.ts';
import { connectAs } from './connect-as.ts';
import { installCrds } from './install-crds.ts';
import { createTestNamespace, exists, type TestNamespace } from './test-cluster.ts';

const group = 'objects-test.conclave-tests.dev';
const apiVersion = `${group}/v1`;
const type = (kind: string, plural: string): ResourceType => {
  return { group, version: 'v1', kind, plural, namespaced: true };
};
const rayJobs = type('RayJob', 'rayjobs');
const trainJobs = type('TrainJob', 'trainjobs');
const jobs: ResourceType = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const deployments: ResourceType = {
  ...{ group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
};
const services: ResourceType = { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true };
const crds: ResourceType = {
  ...{ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
  ...{ plural: 'customresourcedefinitions', namespaced: false },
};
const configMaps: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap' },
  plural: 'configmaps',
  namespaced: true,
};

const workItems: ResourceType = {
  ...{ group: 'conclave.dev', version: 'v1alpha1', kind: 'WorkItem', plural: 'workitems', namespaced: true },
};

const definitions = loadAll(
  readFileSync(new URL('fixtures/engine-crds.yaml', import.meta.url), 'utf8'),
) as readonly KubeObject[];
const never = new AbortController().signal;
/** Faster than in life, so that the tests are. */
const pause = (_: number, signal: AbortSignal) => sleep(100, undefined, { signal }).catch(() => undefined);

let test: TestNamespace;
let client: KubeClient;
let access: ObjectAccess;
/** Owner of all that the tests make: a WorkItem would need its definition, and any owner will do. */
let owner: KubeObject;

beforeAll(async () => {
  test = await createTestNamespace('objects');
  client = test.client;
  access = new ObjectAccess(client);
  for (const definition of definitions) await client.apply(crds, definition, { force: true });
  await vi.waitFor(
    () => Promise.all([rayJobs, trainJobs].map((each) => client.listPage(each, { namespace: test.namespace }))),
    { timeout: 30_000, interval: 200 },
  );
  const metadata = { name: 'owner', namespace: test.namespace };
  owner = await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
});

afterAll(async () => {
  for (const { metadata } of [...definitions, lateDefinition()])
    await client.delete(crds, metadata).catch(() => undefined);
  await test.remove();
});

let names = 0;
/** An identity of its own for each test. Not owned, since the garbage collector takes away what has no true owner. */
function identityOf(step: string): ChildIdentity {
  const uid = owner.metadata.uid ?? '';
  return anIdentity({
    ...{ name: `${step}-${++names}`, namespace: test.namespace, path: step, isOwned: false },
    workItem: { name: 'owner', uid },
  });
}

const rayMethod: Extract<MethodSpec, { type: 'object' }> = {
  type: 'object',
  object: {
    template: { apiVersion, kind: 'RayJob', spec: { entrypoint: 'python {{inputs.script}}' } },
    success: 'object.status.jobStatus == "SUCCEEDED"',
    failure: 'object.status.jobStatus == "FAILED"',
    outputs: { address: 'object.status.dashboardURL' },
  },
};
const trainMethod: Extract<MethodSpec, { type: 'object' }> = {
  type: 'object',
  object: {
    template: { apiVersion, kind: 'TrainJob', spec: { model: '{{step.training.model}}' } },
    success: 'object.status.conditions.exists(c, c.type == "Complete" && c.status == "True")',
    failure: 'object.status.conditions.exists(c, c.type == "Failed" && c.status == "True")',
  },
};

function requestOf(method: typeof rayMethod, identity: ChildIdentity): ObjectOperationRequest {
  return { method, identity, inputs: { script: 'train.py' }, step: { training: { model: 'qwen' } } };
}

const lateGroup = `late.${group}`;

/** The definition of the first kind, as another group brings it later. */
function lateDefinition(): KubeObject {
  const [first] = definitions;
  const spec = { ...(first as unknown as { readonly spec: object }).spec, group: lateGroup };
  return { ...first!, metadata: { name: `rayjobs.${lateGroup}` }, spec } as KubeObject;
}

/** Does as an engine that ends an object once it is there, one status after the other. */
async function actAsEngine(kind: ResourceType, name: string, statuses: readonly object[]): Promise<void> {
  for (const status of statuses) {
    await vi.waitFor(
      async () => {
        const object = await client.get(kind, { namespace: test.namespace, name });
        await client.updateStatus(kind, { ...object, status } as KubeObject);
      },
      { timeout: 20_000, interval: 50 },
    );
    await sleep(250);
  }
}

describe('an object of another engine', () => {
  it('shaped like RayJob is made, followed to its success, and gives outputs', async () => {
    const identity = identityOf('ray');
    const operation = objectOperation(requestOf(rayMethod, identity), { cluster: access, pause });
    const [outcome] = await Promise.all([
      operation.run(never),
      actAsEngine(rayJobs, identity.name, [
        { jobStatus: 'RUNNING', dashboardURL: 'http://ray' },
        { jobStatus: 'SUCCEEDED', dashboardURL: 'http://ray' },
      ]),
    ]);
    expect(outcome).toEqual({ result: 'Succeeded', outputs: { address: 'http://ray' } });
    const made = await client.get(rayJobs, { namespace: test.namespace, name: identity.name });
    expect(operation.lastSeen()).toEqual({
      ...{ message: `RayJob ${identity.name} is RUNNING`, uid: made.metadata.uid },
    });
    expect(made).toMatchObject({
      metadata: { annotations: { 'conclave.dev/path': 'ray' } },
      spec: { entrypoint: 'python train.py' },
    });
  });

  it('shaped like TrainJob tells why it has failed', async () => {
    const identity = identityOf('train');
    const failed = { type: 'Failed', status: 'True', reason: 'MaxRetries', message: 'worker 2 died' };
    const [outcome] = await Promise.all([
      objectOperation(requestOf(trainMethod, identity), { cluster: access, pause }).run(never),
      actAsEngine(trainJobs, identity.name, [{ conditions: [failed] }]),
    ]);
    expect(outcome).toEqual({
      ...{ result: 'Failed', reason: 'MaxRetries', retryable: true },
      message: `TrainJob ${identity.name} failed: MaxRetries: worker 2 died`,
    });
  });

  it('is taken on after a restart, and made only once', async () => {
    const identity = identityOf('ray');
    const abort = new AbortController();
    const first = objectOperation(requestOf(rayMethod, identity), { cluster: access, pause });
    const died = first.run(abort.signal).catch(() => 'died');
    await vi.waitFor(() => client.get(rayJobs, { namespace: test.namespace, name: identity.name }), 10_000);
    abort.abort();
    expect(await died).toBe('died');
    const { metadata } = await client.get(rayJobs, { namespace: test.namespace, name: identity.name });
    const [outcome] = await Promise.all([
      objectOperation(requestOf(rayMethod, identity), { cluster: access, pause }).run(never),
      actAsEngine(rayJobs, identity.name, [{ jobStatus: 'SUCCEEDED', dashboardURL: 'x' }]),
    ]);
    expect(outcome).toMatchObject({ result: 'Succeeded' });
    const after = await client.get(rayJobs, { namespace: test.namespace, name: identity.name });
    expect(after.metadata.uid).toBe(metadata.uid);
  });

  it('that somebody deletes counts as disrupted', async () => {
    const identity = identityOf('ray');
    const running = objectOperation(requestOf(rayMethod, identity), { cluster: access, pause }).run(never);
    const ref = { namespace: test.namespace, name: identity.name };
    await vi.waitFor(() => client.delete(rayJobs, ref), { timeout: 10_000, interval: 50 });
    expect(await running).toMatchObject({ result: 'Disrupted', reason: 'ObjectDeleted' });
  });

  it('that somebody else has made under the name is not touched, not even to take it away', async () => {
    const identity = identityOf('ray');
    const ref = { namespace: test.namespace, name: identity.name };
    const foreign = await client.create(rayJobs, { apiVersion, kind: 'RayJob', metadata: ref });
    const outcome = await objectOperation(requestOf(rayMethod, identity), { cluster: access, pause }).run(never);
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'NameTaken', retryable: false });
    await removeObject({ apiVersion, kind: 'RayJob', identity }, access, never);
    expect(await client.get(rayJobs, ref)).toEqual(foreign);
  });

  it('is taken away when its step is cancelled, a Job with its Pods', async () => {
    const identity = identityOf('job');
    const container = { name: 'main', image: 'nothing.invalid/none:1' };
    const template = {
      ...{ apiVersion: 'batch/v1', kind: 'Job' },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    };
    const object = { template, success: 'object.status.succeeded > 0', failure: 'object.status.failed > 0' };
    const abort = new AbortController();
    const operation = objectOperation(requestOf({ type: 'object', object }, identity), { cluster: access, pause });
    const running = operation.run(abort.signal).catch(() => 'stopped');
    await vi.waitFor(() => expect(operation.lastSeen()).toBeDefined(), { timeout: 10_000 });
    const podsOfJob = async () => {
      const found = await access.podsOf(test.namespace, { 'batch.kubernetes.io/job-name': identity.name }, never);
      return 'pods' in found ? found.pods.length : -1;
    };
    await vi.waitFor(async () => expect(await podsOfJob()).toBe(1), { timeout: 30_000, interval: 200 });
    abort.abort();
    expect(await running).toBe('stopped');
    expect(await exists(client, jobs, { namespace: test.namespace, name: identity.name })).toBe(true);
    const removable = { apiVersion: 'batch/v1', kind: 'Job', identity };
    expect(await removeObject(removable, access, never)).toBeUndefined();
    await vi.waitFor(async () => expect(await podsOfJob()).toBe(0), { timeout: 60_000, interval: 200 });
    expect(await removeObject(removable, access, never)).toBeUndefined();
  });

  it('goes with its WorkItem, unless it is never to go', async () => {
    await installCrds(client);
    const metadata = { namespace: test.namespace, name: 'owner' };
    const pipeline = { spec: { pipelineRef: { name: 'none' } } };
    const workItem = await client.create(workItems, {
      ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata },
      ...pipeline,
    });
    const made = [true, false].map((isOwned) => ({
      ...{ ...identityOf('ray'), isOwned },
      workItem: { name: 'owner', uid: workItem.metadata.uid ?? '' },
    }));
    for (const identity of made) {
      const rendered = renderObject({ ...requestOf(rayMethod, identity), template: rayMethod.object.template });
      if ('issues' in rendered) throw new Error('it is not rendered');
      expect(await access.create(rendered.object, never)).toHaveProperty('object');
    }
    await client.delete(workItems, metadata);
    const areThere = () =>
      Promise.all(made.map(({ name }) => exists(client, rayJobs, { namespace: test.namespace, name })));
    await vi.waitFor(async () => expect(await areThere()).toEqual([false, true]), { timeout: 60_000, interval: 200 });
  });

  it('cannot be made while its kind is not served, and can once it is', async () => {
    const identity = identityOf('late');
    const template = { apiVersion: `${lateGroup}/v1`, kind: 'RayJob' };
    const method = { ...rayMethod, object: { ...rayMethod.object, template } };
    const outcome = await objectOperation(requestOf(method, identity), { cluster: access, pause }).run(never);
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'KindNotServed', retryable: true });
    expect(outcome.message).toContain('install what brings it');
    await client.apply(crds, lateDefinition(), { force: true });
    await vi.waitFor(
      async () => {
        const running = objectOperation(requestOf(method, identity), { cluster: access, pause });
        const ended = await running.run(AbortSignal.timeout(2000)).catch(() => ({ result: 'followed' }));
        expect(ended.result).toBe('followed');
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  it.each([
    ['has no namespaces', { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' }, 'KindNotNamespaced'],
    ['does not fit its schema', { apiVersion, kind: 'RayJob', spec: { entrypoint: 7 } }, 'ObjectInvalid'],
    [
      'has a field that its schema does not know',
      { apiVersion, kind: 'RayJob', spec: { entry: 'x' } },
      'ObjectInvalid',
    ],
  ])('is refused for good when it %s', async (_, template, reason) => {
    const method = { ...rayMethod, object: { ...rayMethod.object, template } };
    const request = requestOf(method, identityOf('wrong'));
    const outcome = await objectOperation(request, { cluster: access, pause }).run(never);
    expect(outcome).toMatchObject({ result: 'Failed', reason, retryable: false });
  });

  it('names the right that the account lacks', async () => {
    const limited = await connectAs(client, { namespace: test.namespace, name: 'nobody' });
    const outcome = await objectOperation(requestOf(rayMethod, identityOf('ray')), {
      ...{ cluster: new ObjectAccess(limited), pause },
    }).run(never);
    await limited.close();
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'Forbidden', retryable: false });
    expect(outcome.message).toContain(`cannot create resource "rayjobs" in API group "${group}"`);
  });
});

describe('serving', () => {
  const requestFor = (identity: ChildIdentity, fields: Partial<ServingRequest> = {}): ServingRequest => {
    return { identity, serving: { image: 'nothing.invalid/server:1', port: 8000 }, inputs: {}, step: {}, ...fields };
  };

  it('makes a Deployment and a Service that the server takes, and says what it waits for', async () => {
    const identity = identityOf('serve');
    const abort = new AbortController();
    const resources = { cpu: '10m', memory: '16Mi', gpu: 64 };
    const operation = servingOperation(requestFor(identity, { resources }), { cluster: access, pause });
    const running = operation.run(abort.signal).catch(() => 'stopped');
    await vi.waitFor(() => expect(operation.lastSeen()?.waitingFor?.kind).toBe('gpu'), { timeout: 60_000 });
    abort.abort();
    await running;
    const ref = { namespace: test.namespace, name: identity.name };
    expect(await exists(client, services, ref)).toBe(true);
    expect(await removeServing(identity, access, never)).toBeUndefined();
    await vi.waitFor(async () => expect(await exists(client, deployments, ref)).toBe(false), { timeout: 30_000 });
    expect(await exists(client, services, ref)).toBe(false);
  });

  it('ends when the Deployment is ready, and is changed in place by the next attempt', async () => {
    const identity = identityOf('serve');
    // Without Pods to be had here, none is asked for: the Deployment controller says that all of them are ready.
    const request = { ...requestFor(identity), replicas: 0 };
    expect(await servingOperation(request, { cluster: access, pause }).run(never)).toEqual({
      ...{ result: 'Succeeded', outputs: { service_url: `http://${identity.name}.${test.namespace}.svc:8000` } },
    });
    const ref = { namespace: test.namespace, name: identity.name };
    const { uid } = (await client.get(deployments, ref)).metadata;
    const next = {
      ...request,
      identity: { ...identity, specDigest: 'sha256:2' },
      serving: { image: 'b:2', port: 8001 },
    };
    expect(await servingOperation(next, { cluster: access, pause }).run(never)).toMatchObject({ result: 'Succeeded' });
    expect(await client.get(deployments, ref)).toMatchObject({
      metadata: { uid, annotations: { 'conclave.dev/spec-digest': 'sha256:2' } },
      spec: { template: { spec: { containers: [{ image: 'b:2', ports: [{ containerPort: 8001 }] }] } } },
    });
    expect(await client.get(services, ref)).toMatchObject({ spec: { ports: [{ port: 8001 }] } });
  });

  it('is changed only as it was seen', async () => {
    const metadata = { namespace: test.namespace, name: 'seen' };
    const seen = await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    expect(await access.replace({ ...seen, metadata: { ...seen.metadata, labels: { a: 'b' } } }, never)).toHaveProperty(
      'object',
    );
    const answer = await access.replace({ ...seen, metadata: { ...seen.metadata, labels: { a: 'c' } } }, never);
    expect(answer).toMatchObject({ problem: { kind: 'changed' } });
  });
});

describe('an object that is waited for', () => {
  it('may come later, and its condition later still', async () => {
    const probe: ObjectProbe = { apiVersion, kind: 'TrainJob', name: 'awaited', condition: 'Complete' };
    const operation = objectProbe({ probe, namespace: test.namespace }, { cluster: access, pause });
    const waiting = operation.run(never);
    await vi.waitFor(() => expect(operation.lastSeen()?.message).toBe('TrainJob awaited is not there yet'));
    const metadata = { namespace: test.namespace, name: 'awaited' };
    await client.create(trainJobs, { apiVersion, kind: 'TrainJob', metadata });
    await actAsEngine(trainJobs, 'awaited', [{ conditions: [{ type: 'Complete', status: 'True' }] }]);
    expect(await waiting).toEqual({ result: 'Succeeded', outputs: {} });
  });
});
