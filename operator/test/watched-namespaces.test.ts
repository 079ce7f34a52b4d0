/** An operator that is held to some namespaces, on a real API server. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCondition } from '../src/core/conditions.ts';
import { type Pipeline, pipelineKind } from '../src/api/pipeline.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import { AlreadyExists } from '../src/kube/api-error.ts';
import { installCrds } from './install-crds.ts';
import { installRights } from './install-rights.ts';
import { OperatorProcess } from './operator-process.ts';
import { createTestNamespace, namespaces, testKubeconfig, type TestNamespace } from './test-cluster.ts';
import { People, writePersonKubeconfig } from './test-people.ts';

const pipelineType = resourceTypeOf<Pipeline>(pipelineKind);
const wait = { name: 'wait', type: 'wait_for_asset', assets: ['bronze.orders'] };

let worlds: readonly TestNamespace[];
let operator: OperatorProcess;

const apply = (world: TestNamespace, name: string) => {
  const metadata = { name, namespace: world.namespace };
  const pipeline = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Pipeline', metadata, spec: { steps: [wait] } };
  return world.client.create(pipelineType, pipeline as unknown as Pipeline);
};

const verdictOn = async ({ client, namespace }: TestNamespace, name: string) => {
  const { status } = await client.get(pipelineType, { namespace, name });
  return findCondition(status?.conditions, 'Valid')?.status;
};

beforeAll(async () => {
  worlds = [
    await createTestNamespace('watched'),
    await createTestNamespace('watched'),
    await createTestNamespace('not'),
  ];
  const [first, second] = worlds;
  const { client } = first!;
  await installCrds(client);
  const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'conclave-system' } };
  await client.create(namespaces, system).catch((error: unknown) => {
    if (!(error instanceof AlreadyExists)) throw error;
  });
  for (const world of worlds) await apply(world, 'before');
  const flags = ['--kubeconfig', testKubeconfig(), '--lease-name', `watched-${randomUUID().slice(0, 8)}`];
  operator = new OperatorProcess(flags, { CONCLAVE_NAMESPACE: `${first!.namespace},${second!.namespace}` });
});

afterAll(async () => {
  await operator.kill();
  for (const world of worlds) await world.remove();
});

describe('an operator of two namespaces', () => {
  it('works in both: on what was there, and on what comes', async () => {
    const watched = worlds.slice(0, 2);
    for (const world of watched) await expect.poll(() => verdictOn(world, 'before'), { timeout: 60_000 }).toBe('True');
    for (const world of worlds) await apply(world, 'after');
    for (const world of watched) await expect.poll(() => verdictOn(world, 'after'), { timeout: 60_000 }).toBe('True');
  });

  it('is ready once it knows both, and has asked for no other', async () => {
    await expect.poll(async () => (await operator.ask('/readyz'))?.status, { timeout: 60_000 }).toBe(200);
    const filled = operator.log.filter(({ message }) => message === 'cache filled').map(({ namespace }) => namespace);
    expect(new Set(filled)).toEqual(new Set(worlds.slice(0, 2).map(({ namespace }) => namespace)));
  });

  it('does nothing in a third', async () => {
    const third = worlds[2]!;
    for (const name of ['before', 'after']) expect(await verdictOn(third, name)).toBeUndefined();
  });
});

describe('an operator of two namespaces, whose rights are those of a Role in each', () => {
  const user = `operator-${randomUUID().slice(0, 8)}`;
  const folder = mkdtempSync(join(tmpdir(), 'watched-'));
  const teams: TestNamespace[] = [];
  const logged = (message: string) => operator.log.filter((line) => line.message.startsWith(message));
  let operator: OperatorProcess;

  const grantIn = async ({ client, namespace }: TestNamespace) => {
    const rights = { verbs: [], clusterRoles: ['conclave-operator'] };
    await new People(client, namespace).grant({ kind: 'User', name: user }, rights);
  };

  beforeAll(async () => {
    teams.push(await createTestNamespace('team'), await createTestNamespace('lab'));
    const [team, lab] = teams as [TestNamespace, TestNamespace];
    await installRights(team.client);
    const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] };
    await new People(team.client, team.namespace).grant({ kind: 'User', name: user }, { verbs: [], more: [lease] });
    for (const world of teams) await apply(world, 'before');
    const kubeconfig = join(folder, 'kubeconfig');
    writePersonKubeconfig(kubeconfig, user);
    const watched = [team, lab].flatMap(({ namespace }) => ['--namespace', namespace]);
    operator = new OperatorProcess(['--kubeconfig', kubeconfig, '--lease-namespace', team.namespace, ...watched]);
  });

  afterAll(async () => {
    await operator.kill();
    for (const world of teams) await world.remove();
    rmSync(folder, { recursive: true });
  });

  it('is not ready while it may read none, and says so', async () => {
    const names = teams.map(({ namespace }) => namespace).join(', ');
    const said = async () => (await operator.ask('/readyz'))?.body;
    await expect.poll(said, { timeout: 60_000 }).toContain(`none of the watched namespaces may be read (${names})`);
  });

  it('is ready and works in the one that it may read', async () => {
    const [team, lab] = teams as [TestNamespace, TestNamespace];
    await grantIn(team);
    await expect.poll(() => operator.isReady(), { timeout: 60_000 }).toBe(true);
    await expect.poll(() => verdictOn(team, 'before'), { timeout: 60_000 }).toBe('True');
    expect(await verdictOn(lab, 'before')).toBeUndefined();
    const refused = logged('a namespace may not be read').map(({ namespace }) => namespace);
    expect(refused.toSorted()).toEqual([lab.namespace, team.namespace].toSorted());
    expect(logged('watch interrupted')).toEqual([]);
  });

  it('works in the other as soon as it may', async () => {
    const [, lab] = teams as [TestNamespace, TestNamespace];
    await grantIn(lab);
    await expect.poll(() => verdictOn(lab, 'before'), { timeout: 60_000 }).toBe('True');
  });
});
