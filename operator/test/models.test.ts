/** Models on the real API server: endpoints that come and go, and servers that the operator runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import { without } from '../src/core/defined.ts';
import { pods as podType } from '../src/kube/pod.ts';
import type { ResourceType } from '../src/kube/resource-type.ts';
import { secrets } from '../src/kube/secret.ts';
import { deployments, type ServerObject, services } from '../src/kube/server-object.ts';
import { modelManifests, podSpecsOf } from '../src/testing/model-manifests.ts';
import { ModelWorld, modelType, readyOf } from './model-world.ts';
import { exists, namespaces } from './test-cluster.ts';
import { until, Work, workItemType } from './work-items.ts';

let world: ModelWorld;

beforeAll(async () => {
  world = await ModelWorld.start();
});

afterAll(async () => {
  await world.stop();
});

/** A Secret with an API key. */
const addKey = (namespace: string, key: string) =>
  world.client.create(secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace } },
    data: { key: Buffer.from(key).toString('base64') },
  });

const definitions: ResourceType = {
  ...{ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
  ...{ plural: 'customresourcedefinitions', namespaced: false },
};
const groups: ResourceType = {
  ...{ group: 'leaderworkerset.x-k8s.io', version: 'v1', kind: 'LeaderWorkerSet', plural: 'leaderworkersets' },
  namespaced: true,
};
/** The kind without its controller, which a test plays. */
const groupsDefinition = {
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: {
    name: `${groups.plural}.${groups.group}`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    ...{ group: groups.group, scope: 'Namespaced' },
    names: { plural: groups.plural, singular: 'leaderworkerset', kind: groups.kind },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const apiKeySecretRef = { name: 'keys', key: 'key' };

describe.concurrent('a Model behind an endpoint', () => {
  it('is ready as long as its server answers, and says what fits into a request', async () => {
    const namespace = await world.addNamespace();
    const simulator = await world.simulate();
    const port = Number(new URL(simulator.url).port);
    await world.add(namespace, 'here', { endpoint: { url: `${simulator.url}/v1` } });
    const ready = await world.reaches(namespace, 'here', 'Available');
    expect(ready.status).toMatchObject({ contextLength: 4096, url: `${simulator.url}/v1`, observedGeneration: 1 });
    await simulator.stop();
    const gone = await world.reaches(namespace, 'here', 'Unreachable');
    expect(readyOf(gone)).toMatchObject({
      status: 'False',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    await world.simulate({ port });
    await world.reaches(namespace, 'here', 'Available');
  });

  it('says why it is not ready: another name, no Secret, another key', async () => {
    const namespace = await world.addNamespace();
    const simulator = await world.simulate({ apiKey: 'right' });
    const endpoint = { url: `${simulator.url}/v1`, apiKeySecretRef };
    await world.add(namespace, 'tiny', { endpoint });
    await world.reaches(namespace, 'tiny', 'SecretMissing');
    await addKey(namespace, 'wrong');
    await world.reaches(namespace, 'tiny', 'Unauthorized');
    await world.client.delete(secrets, { namespace, name: 'keys' });
    await addKey(namespace, 'right');
    await world.reaches(namespace, 'tiny', 'Available');
    await world.add(namespace, 'other', { modelName: 'huge', endpoint });
    const other = await world.reaches(namespace, 'other', 'NotListed');
    expect(readyOf(other)?.message).toContain('Models: "tiny"');
  });

  it('may be called only where its Tenant allows it', async () => {
    const namespace = await world.addNamespace();
    const simulator = await world.simulate();
    await new Work(world.client, namespace).addTenant({ allowed: { hosts: ['models.example'] } });
    await world.add(namespace, 'elsewhere', { endpoint: { url: `${simulator.url}/v1` } });
    await world.reaches(namespace, 'elsewhere', 'AddressRefused');
  });
});

describe('pods of Models', () => {
  const pods = Object.entries(modelManifests).flatMap(([name, objects]) =>
    objects.flatMap(podSpecsOf).map((spec, index) => [name, index, spec] as const),
  );

  it.each(pods)('are taken where pods have to be restricted: %s, %i', async (name, index, spec) => {
    const namespace = await world.addNamespace();
    const metadata = { name: `${name}-${index}`, namespace };
    // Neither class is there; everything else is judged.
    const known = without(spec as Record<string, unknown>, 'runtimeClassName', 'priorityClassName');
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: known };
    const taken = await world.client.create(podType, pod, { dryRun: true, fieldValidation: 'Strict' });
    expect(taken).toMatchObject({ spec: { automountServiceAccountToken: false } });
  });
});

/** A server without GPUs, whose pods the test plays. */
const aServer = (more: object = {}) => ({
  ...{ image: 'vllm/vllm-openai:v1', source: 'org/tiny', gpus: 0, placement: world.node.placement },
  ...more,
});

const get = (namespace: string, name = 'model-large') =>
  world.client.get(deployments, { namespace, name }) as Promise<
    ServerObject & { spec: { replicas: number; template: { spec: { containers: { args: string[] }[] } } } }
  >;

/** A stand-in that demands the key which the Secret of a Model has. */
async function answer(namespace: string, name: string): Promise<void> {
  const secret = () => world.client.get(secrets, { namespace, name: `model-${name}` });
  await until('its Secret is there', () => exists(world.client, secrets, { namespace, name: `model-${name}` }));
  const apiKey = Buffer.from((await secret()).data?.['api-key'] ?? '', 'base64').toString();
  const simulator = await world.simulate({ apiKey });
  world.answerFor(`model-${name}.${namespace}.svc`, `${simulator.url}/v1`);
}

describe.concurrent('a Model that the operator serves', () => {
  it('gets a Deployment, a Service and a key, and is ready when it answers', async () => {
    const namespace = await world.addNamespace();
    await world.add(namespace, 'large', { dedicated: aServer({ revision: 'abc' }) });
    await answer(namespace, 'large');
    const ready = await world.reaches(namespace, 'large', 'Available');
    expect(ready.status).toMatchObject({
      ...{ url: `http://model-large.${namespace}.svc:8000/v1`, replicas: 1, contextLength: 4096, revision: 'abc' },
    });
    const first = await get(namespace);
    expect(first.spec.template.spec.containers[0]?.args).toContain('org/tiny');

    // Another spec is another pod, and the key stays.
    await world.client.patch(
      modelType,
      { namespace, name: 'large' },
      { merge: { spec: { dedicated: { args: ['--dtype', 'half'] } } } },
    );
    await until('the Deployment follows', async () => {
      return (await get(namespace)).spec.template.spec.containers[0]?.args.at(-1) === 'half';
    });
    await world.reaches(namespace, 'large', 'Available');
    const second = await get(namespace);
    expect(second.metadata.uid).toBe(first.metadata.uid);

    // What somebody takes away is made again.
    await world.client.delete(services, { namespace, name: 'model-large' });
    await until('the Service is back', () => exists(world.client, services, { namespace, name: 'model-large' }));

    // Another kind of Model needs no server.
    const simulator = await world.simulate();
    const endpoint = { url: `${simulator.url}/v1` };
    await world.client.patch(
      modelType,
      { namespace, name: 'large' },
      { merge: { spec: { dedicated: null, endpoint } } },
    );
    await until(
      'it is gone',
      async () => !(await exists(world.client, deployments, { namespace, name: 'model-large' })),
    );
    await until(
      'its Service is gone',
      async () => !(await exists(world.client, services, { namespace, name: 'model-large' })),
    );
    await world.reaches(namespace, 'large', 'Available');
  });

  it('sleeps until a step waits for it, and again when nobody has for a while', async () => {
    const namespace = await world.addNamespace();
    await world.add(namespace, 'large', { dedicated: aServer({ replicas: { min: 0, max: 1 }, idleSeconds: 2 }) });
    await answer(namespace, 'large');
    const asleep = await world.reaches(namespace, 'large', 'Asleep');
    expect(asleep.status).not.toHaveProperty('url');
    expect((await get(namespace)).spec.replicas).toBe(0);

    const work = new Work(world.client, namespace);
    await work.run('asking', [{ name: 'a', type: 'llm_agent', goal: 'x', modelRef: { name: 'large' } }]);
    const waitingFor = [
      { kind: 'model' as const, name: 'large', step: 'a', since: new Date().toISOString(), message: 'x' },
    ];
    const waits = async (list: NonNullable<WorkItem['status']>['waitingFor']) => {
      const workItem = await work.get('asking');
      const status = { ...workItem.status, phase: 'Running' as const, waitingFor: list };
      await world.operator.updateStatus(workItemType, { ...workItem, status });
    };
    await waits(waitingFor);
    const awake = await world.reaches(namespace, 'large', 'Available');
    expect(awake.status).toMatchObject({ replicas: 1, url: expect.any(String) as string });
    expect(awake.status?.lastRequestTime).toBeDefined();
    await sleep(3_000);
    expect((await get(namespace)).spec.replicas, 'it is needed').toBe(1);
    await waits([]);
    await world.reaches(namespace, 'large', 'Asleep');
    await until('its pod is gone', async () => (await get(namespace)).status?.['replicas'] === undefined);
  });

  it.each([
    ['Service', services, { ports: [{ port: 80 }] }],
    ['Secret', secrets, undefined],
  ] as const)('touches no %s of its name that is another’s', async (kind, type, spec) => {
    const namespace = await world.addNamespace();
    const metadata = { name: 'model-large', namespace };
    const mine = await world.client.create(type, {
      apiVersion: 'v1',
      kind,
      metadata,
      ...(spec && { spec }),
    });
    await world.add(namespace, 'large', { dedicated: aServer() });
    const refused = await world.reaches(namespace, 'large', 'NameTaken');
    expect(readyOf(refused)?.message).toContain(`${kind} model-large is there already and is not touched`);
    const after = await world.client.get(type, metadata);
    expect(after.metadata.resourceVersion).toBe(mine.metadata.resourceVersion);
    expect(await exists(world.client, deployments, metadata)).toBe(false);
    await world.client.delete(type, metadata);
    await answer(namespace, 'large');
    await world.reaches(namespace, 'large', 'Available');
  });

  it('needs LeaderWorkerSets where it spans nodes, and is one where the cluster has them', async () => {
    const namespace = await world.addNamespace();
    await world.add(namespace, 'wide', { dedicated: aServer({ nodes: 2 }) });
    const refused = await world.reaches(namespace, 'wide', 'LeaderWorkerSetMissing');
    expect(readyOf(refused)?.message).toContain('lws.sigs.k8s.io');
    await world.client.apply(definitions, groupsDefinition, { force: true });
    try {
      await until('it is made', () => exists(world.client, groups, { namespace, name: 'model-wide' }));
      await answer(namespace, 'wide');
      const merge = { status: { readyReplicas: 1 } };
      await world.client.patch(groups, { namespace, name: 'model-wide' }, { merge }, { subresource: 'status' });
      await world.reaches(namespace, 'wide', 'Available');
      await world.client.patch(
        modelType,
        { namespace, name: 'wide' },
        { merge: { spec: { dedicated: { nodes: 1 } } } },
      );
      await until('it is a Deployment', () => exists(world.client, deployments, { namespace, name: 'model-wide' }));
      await until('it is gone', async () => !(await exists(world.client, groups, { namespace, name: 'model-wide' })));
    } finally {
      await world.client.delete(definitions, { name: groupsDefinition.metadata.name });
    }
  });

  it('waits for a node that has the GPUs, and says so', async () => {
    const namespace = await world.addNamespace();
    await world.add(namespace, 'starving', { dedicated: aServer({ gpus: 16 }) });
    await world.reaches(namespace, 'starving', 'Starting');
    await until('it says what is missing', async () => {
      const model = await world.client.get(modelType, { namespace, name: 'starving' });
      return readyOf(model)?.message.includes('nvidia.com/gpu') === true;
    });
  });

  it('goes with all that serves it', async () => {
    const namespace = await world.addNamespace();
    await world.add(namespace, 'large', { dedicated: aServer() });
    await answer(namespace, 'large');
    await world.reaches(namespace, 'large', 'Available');
    await world.client.delete(modelType, { namespace, name: 'large' });
    for (const type of [deployments, services, secrets])
      await until(
        `no ${type.kind} is left`,
        async () => !(await exists(world.client, type, { namespace, name: 'model-large' })),
      );
    await world.client.delete(namespaces, { name: namespace });
  });
});
