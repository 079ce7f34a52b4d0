import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pipelineKind, pipelineSpec, type Pipeline } from '../src/api/pipeline.ts';
import { apiVersion } from '../src/api/kind.ts';
import { methodKind, type Method } from '../src/api/method.ts';
import { tenantKind, type Tenant } from '../src/api/tenant.ts';
import { findCondition } from '../src/core/conditions.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import { AlreadyExists } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { events } from '../src/kube/event-object.ts';
import { leases } from '../src/kube/lease.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { installCrds } from './install-crds.ts';
import { OperatorProcess } from './operator-process.ts';
import { createTestNamespace, namespaces, testKubeconfig, type TestNamespace } from './test-cluster.ts';

const pipelineType = resourceTypeOf<Pipeline>(pipelineKind);
const methodType = resourceTypeOf<Method>(methodKind);
const tenantType = resourceTypeOf<Tenant>(tenantKind);

/** Longest time to an end that was asked for, in ms: half a second on an idle machine. What hangs takes ten seconds or more. */
const soonMs = 6_000;

let own: TestNamespace;
let client: KubeClient;
let namespace: string;
let proxy: FaultProxy;
const operators: OperatorProcess[] = [];

beforeAll(async () => {
  own = await createTestNamespace('operator');
  ({ client, namespace } = own);
  await installCrds(client);
  const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'conclave-system' } };
  await client.create(namespaces, system).catch((error: unknown) => {
    if (!(error instanceof AlreadyExists)) throw error;
  });
  proxy = await FaultProxy.start(testKubeconfig());
});

afterEach(async () => {
  await Promise.all(operators.splice(0).map((operator) => operator.kill()));
  await proxy.heal();
  for (const type of [pipelineType, methodType, tenantType]) await client.deleteCollection(type, { namespace });
});

afterAll(async () => {
  await proxy.close();
  await own.remove();
});

/** An operator of its own election, behind the fault proxy. */
function anOperator(leaseName: string, server = proxy.kubeconfig): OperatorProcess {
  const operator = new OperatorProcess(['--kubeconfig', server, '--namespace', namespace, '--lease-name', leaseName]);
  operators.push(operator);
  return operator;
}

const aLeaseName = (): string => `operator-${randomUUID().slice(0, 8)}`;

async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < timeoutMs) {
    if (await isSo()) return performance.now() - startedAt;
    await sleep(50);
  }
  throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
}

function apply(name: string, spec: unknown): Promise<Pipeline> {
  const pipeline = { apiVersion, kind: 'Pipeline', metadata: { name, namespace }, spec };
  return client.create(pipelineType, pipeline as Pipeline);
}

const good = pipelineSpec.parse({ steps: [{ name: 'a', type: 'validation', checks: {} }] });
const aMethod = (spec: Method['spec']): Method => ({
  ...{ apiVersion, kind: 'Method', metadata: { name: 'look-up', namespace } },
  spec,
});
const aTenant = (spec: unknown) =>
  ({ apiVersion, kind: 'Tenant', metadata: { name: 'default', namespace }, spec }) as Tenant;
/** A mistake where the API server does not look: inside a loop. */
const loopWith = (step: object) => ({
  steps: [{ name: 'each', type: 'loop', iterateOver: [1], loopVariable: 'item', steps: [step] }],
});
const bad = loopWith({ name: 'crawl', type: 'crawler', metod: 'm' });

async function verdict(name: string) {
  const { metadata, status } = await client.get(pipelineType, { namespace, name });
  const condition = findCondition(status?.conditions, 'Valid');
  return condition?.observedGeneration === metadata.generation ? condition : undefined;
}

const isJudged = async (name: string, status: string): Promise<boolean> => (await verdict(name))?.status === status;

describe('the operator', () => {
  it('says of each pipeline whether it is valid, and what is wrong with it', async () => {
    anOperator(aLeaseName());
    await Promise.all([apply('good', good), apply('bad', bad)]);
    await until('a verdict on each', async () => (await isJudged('good', 'True')) && (await isJudged('bad', 'False')));
    expect((await verdict('bad'))?.message).toContain('spec.steps[0].steps[0].method');
    const { status } = await client.get(pipelineType, { namespace, name: 'bad' });
    expect(status?.stepCount).toBe(2);
    expect(status?.errors?.map(({ path }) => path)).toContain('spec.steps[0].steps[0].metod');
    const reasonsOf = async (name: string): Promise<string[]> => {
      const { items } = await client.listPage(events, { namespace, limit: 100 });
      return items.filter(({ regarding }) => regarding.name === name).map(({ reason }) => reason);
    };
    await until(
      'an Event on each',
      async () => (await reasonsOf('good')).length + (await reasonsOf('bad')).length === 2,
    );
    expect([...(await reasonsOf('good')), ...(await reasonsOf('bad'))]).toEqual(['PipelineValid', 'PipelineInvalid']);
  });

  it('judges a pipeline anew when it changes', async () => {
    anOperator(aLeaseName());
    const created = await apply('changing', bad);
    await until('the first verdict', () => isJudged('changing', 'False'));
    const { metadata } = await client.get(pipelineType, { namespace, name: 'changing' });
    await client.update(pipelineType, { ...created, metadata, spec: good });
    await until('the second verdict', () => isJudged('changing', 'True'));
    expect((await client.get(pipelineType, { namespace, name: 'changing' })).status?.errors).toBeUndefined();
  });

  it('judges pipelines anew when what they name comes, changes and goes', async () => {
    anOperator(aLeaseName());
    const calling = { steps: [{ name: 'a', type: 'crawler', method: 'look_up', inputs: { who: { value: 'Ada' } } }] };
    await Promise.all([apply('calling', calling), apply('good', good)]);
    await until('the first verdict', () => isJudged('calling', 'False'));
    expect(await verdict('calling')).toMatchObject({
      reason: 'ReferencesInvalid',
      message: 'spec.steps[0].method: there is no Method "look_up"',
    });
    const http = { url: 'https://example.com' };
    const method = await client.create(methodType, aMethod({ type: 'http', http, costUnits: '0.5' }));
    await until('a Method makes it valid', () => isJudged('calling', 'True'));
    const { status } = await client.get(pipelineType, { namespace, name: 'calling' });
    expect(status).toMatchObject({ estimate: { low: { costUnits: '0.5' }, high: { costUnits: '1.5' } } });
    const needsMore = { type: 'object', required: ['where'], properties: { who: {}, where: {} } };
    await client.update(methodType, { ...method, spec: { ...method.spec, inputs: needsMore } });
    await until('a Method that needs more makes it invalid', () => isJudged('calling', 'False'));
    expect(await verdict('calling')).toMatchObject({ reason: 'DataFlowInvalid' });
    const tenant = { budget: { perWorkItem: { costUnits: '0.1' } }, allowed: { methods: ['other'] } };
    await client.create(tenantType, aTenant(tenant));
    await until('a Tenant forbids it', async () => (await verdict('calling'))?.reason === 'ReferencesInvalid');
    await client.delete(methodType, { namespace, name: 'look-up' });
    await until('without the Method it is as before', async () =>
      ((await verdict('calling'))?.message ?? '').includes('there is no Method'),
    );
    const { status: last } = await client.get(pipelineType, { namespace, name: 'calling' });
    expect(last?.errors).toMatchObject([{ code: 'MethodNotFound', level: 2 }]);
    expect(await isJudged('good', 'True')).toBe(true);
  });

  it('is not stopped by pipelines that try to', async () => {
    const operator = anOperator(aLeaseName());
    let deep: object = { name: 'innermost', type: 'crawler', method: 'm' };
    for (let depth = 0; depth < 2_000; depth += 1) {
      deep = { name: `at_${depth}`, type: 'loop', iterateOver: [1], loopVariable: 'item', steps: [deep] };
    }
    await apply('deep', loopWith(deep));
    await apply(
      'strange',
      loopWith({ name: 'x', type: 'loop', constructor: { prototype: null }, toString: 'x', steps: 7 }),
    );
    await apply('wide', {
      steps: Array.from({ length: 200 }, (_, at) => ({ name: `s${at}`, type: 'validation', checks: {} })),
    });
    await apply('knot', {
      steps: Array.from({ length: 200 }, (_, at) => ({
        ...{ name: `s${at}`, type: 'validation', checks: {} },
        dependsOn: Array.from({ length: 60 }, (__, on) => `s${(at + on + 1) % 200}`),
      })),
    });
    await apply('good', good);
    await until('a verdict on the good one', () => isJudged('good', 'True'));
    for (const name of ['deep', 'strange', 'knot']) await until(`a verdict on ${name}`, () => isJudged(name, 'False'));
    await until('a verdict on the wide one', () => isJudged('wide', 'True'));
    expect(operator.child.exitCode).toBeNull();
  });

  it('serves its health and its metrics', async () => {
    const operator = anOperator(aLeaseName());
    await until('it is ready', () => operator.isReady());
    await until('it leads', () => operator.has('this process leads'));
    await apply('good', good);
    await until('a verdict', () => isJudged('good', 'True'));
    expect((await operator.ask('/healthz'))?.status).toBe(200);
    const metrics = (await operator.ask('/metrics'))?.body ?? '';
    expect(metrics).toMatch(/^conclave_reconciles_total\{controller="pipelines",result="done"\} [1-9]/m);
    expect(metrics).toMatch(/^conclave_watched_objects\{resource="pipelines.conclave.dev"\} 1$/m);
    expect(metrics).toMatch(/^conclave_leader 1$/m);
  });

  it('ends soon when it is told to, and hands the Lease over', async () => {
    const name = aLeaseName();
    const first = anOperator(name);
    await until('the first leads', () => first.has('this process leads'));
    const second = anOperator(name);
    await until('the second is ready without leading', () => second.isReady());
    const { code, tookMs } = await first.terminate();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(soonMs);
    expect(await until('the second leads', () => second.has('this process leads'))).toBeLessThan(soonMs);
    const lease = await client.get(leases, { namespace: 'conclave-system', name });
    expect(lease.spec?.holderIdentity).toContain(String(second.child.pid));
  });

  it('ends at once when it is told to before it knows how to reach the cluster', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'operator-'));
    const begun = join(directory, 'begun');
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', `touch ${begun}; sleep 10`],
      interactiveMode: 'Never',
    };
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { exec } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    const file = join(directory, 'kubeconfig');
    writeFileSync(file, JSON.stringify(config));
    const operator = anOperator(aLeaseName(), file);
    await until('its plugin runs', () => existsSync(begun));
    const { code, tookMs } = await operator.terminate();
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(soonMs);
  });

  it.each(['a candidate', 'the leader'])('ends soon while the API server hangs, as %s', async (role) => {
    const name = aLeaseName();
    if (role === 'a candidate') {
      const leader = anOperator(name, testKubeconfig());
      await until('another leads', () => leader.has('this process leads'));
    }
    const operator = anOperator(name);
    await until('it is ready', () => operator.isReady());
    if (role === 'the leader') await until('it leads', () => operator.has('this process leads'));
    proxy.inject({ fault: { kind: 'loseAnswer', how: 'silence' }, times: 1_000 });
    await sleep(2_500); // a look at the Lease, or its renewal, hangs by now
    const { code, tookMs } = await operator.terminate();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(soonMs);
  });

  it('is followed by another when it is killed, as soon as its Lease has run out', async () => {
    const name = aLeaseName();
    const first = anOperator(name);
    await until('the first leads', () => first.has('this process leads'));
    const second = anOperator(name);
    await until('the second is ready', () => second.isReady());
    await first.kill();
    await apply('orphan', good);
    expect(await until('the second judges', () => isJudged('orphan', 'True'), 30_000)).toBeLessThan(25_000);
  });

  it('stays alive but not ready while the API server is away, and goes on when it is back', async () => {
    const operator = anOperator(aLeaseName());
    await until('it is ready', () => operator.isReady());
    await until('it leads', () => operator.has('this process leads'));
    await proxy.leave();
    await apply('meanwhile', good); // past the proxy
    const notReadyAfterMs = await until('it is not ready', async () => !(await operator.isReady()), 30_000);
    expect(notReadyAfterMs).toBeLessThan(20_000);
    await until('it has lost the Lease', () => operator.has('this process no longer leads; it stands again'));
    // The Lease may have been heard of a moment before something else was.
    const says = async () =>
      (await operator.ask('/readyz'))?.body.includes('the API server has not answered for') ?? false;
    await until('it says why', says, 5_000);
    expect((await operator.ask('/healthz'))?.status).toBe(200);
    expect(await verdict('meanwhile')).toBeUndefined();
    await proxy.comeBack();
    await until('it is ready again', () => operator.isReady(), 60_000);
    await until('it judges what came meanwhile', () => isJudged('meanwhile', 'True'), 60_000);
    expect(operator.child.exitCode).toBeNull();
  });

  it('writes nothing after it has lost its Lease', async () => {
    const name = aLeaseName();
    const operator = anOperator(name);
    await until('it leads', () => operator.has('this process leads'));
    const lease = await client.get(leases, { namespace: 'conclave-system', name });
    const taken = { ...lease, spec: { ...lease.spec, holderIdentity: 'somebody-else', leaseDurationSeconds: 3_600 } };
    await client.update(leases, taken);
    await until('it notices', () => operator.has('this process no longer leads; it stands again'));
    await apply('after', good);
    await sleep(2_000);
    expect(await verdict('after')).toBeUndefined();
    expect(operator.child.exitCode).toBeNull();
  });
});
