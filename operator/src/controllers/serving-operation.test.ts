import { describe, expect, it } from 'vitest';
import { renderMetadata } from '../core/delegation/child-identity.ts';
import type { ServingRequest } from '../core/delegation/render-serving.ts';
import { anIdentity } from '../testing/an-identity.ts';
import { type CallFault, Crash, MemoryCluster } from '../testing/memory-cluster.ts';
import { removeServing, servingOperation } from './serving-operation.ts';

const identity = anIdentity({ name: 'model', path: 'serve' });
const request: ServingRequest = { identity, serving: { image: 'server:1', port: 80 }, inputs: {}, step: {} };
const never = new AbortController().signal;
const success = { result: 'Succeeded', outputs: { service_url: 'http://model.team-a.svc:80' } };

/** What the Deployment controller does when all goes well. */
function rollOut(cluster: MemoryCluster): void {
  const observedGeneration = cluster.objects.get('Deployment/model')?.metadata.generation ?? 0;
  cluster.setStatus('Deployment', 'model', {
    ...{ observedGeneration, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
    conditions: [{ type: 'Available', status: 'True' }],
  });
}

function serve(cluster: MemoryCluster, onPause: (count: number) => void, fields: Partial<ServingRequest> = {}) {
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    if (pauses > 30) throw new Error('it never ends');
    onPause(pauses);
    return Promise.resolve();
  };
  return servingOperation({ ...request, ...fields }, { cluster, pause });
}

describe('servingOperation', () => {
  it('makes a Service and a Deployment, and ends when all Pods are ready', async () => {
    const cluster = new MemoryCluster();
    const operation = serve(cluster, (count) => {
      if (count === 2) rollOut(cluster);
    });
    expect(await operation.run(never)).toEqual(success);
    expect([...cluster.objects.keys()]).toEqual(['Service/model', 'Deployment/model']);
    expect(operation.lastSeen()).toEqual({ message: 'Deployment model: 0 of 1 Pods are ready' });
  });

  it('says what its Pods wait for', async () => {
    const cluster = new MemoryCluster();
    const state = { waiting: { reason: 'ErrImagePull' } };
    cluster.pods = [{ metadata: { name: 'model-1' }, status: { containerStatuses: [{ state }] } }];
    const operation = serve(cluster, () => rollOut(cluster));
    await operation.run(never);
    expect(operation.lastSeen()).toEqual({
      ...{ message: 'Pod model-1: ErrImagePull', waitingFor: { kind: 'image', name: 'server:1' } },
    });
  });

  it.each([
    ['Service', 'v1'],
    ['Deployment', 'apps/v1'],
  ])('touches no %s that was not made for it', async (kind, apiVersion) => {
    const cluster = new MemoryCluster();
    const other = cluster.put({ apiVersion, kind, metadata: { name: 'model' } });
    const outcome = await serve(cluster, () => rollOut(cluster)).run(never);
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'NameTaken', retryable: false });
    expect(cluster.objects.get(`${kind}/model`)).toBe(other);
  });

  it('takes over what an earlier attempt of the same step has made, and waits for the new Pods', async () => {
    const cluster = new MemoryCluster();
    await serve(cluster, () => rollOut(cluster)).run(never);
    const uid = cluster.objects.get('Deployment/model')?.metadata.uid;
    const fields = { identity: { ...identity, specDigest: 'sha256:2' }, serving: { image: 'server:2', port: 80 } };
    let pauses = 0;
    const outcome = await serve(
      cluster,
      (count) => {
        pauses = count;
        if (count === 3) rollOut(cluster);
      },
      fields,
    ).run(never);
    expect(outcome).toEqual(success);
    const deployment = cluster.objects.get('Deployment/model');
    expect(deployment).toMatchObject({
      metadata: { uid },
      spec: { template: { spec: { containers: [{ image: 'server:2' }] } } },
    });
    expect(pauses).toBe(3);
  });

  it('waits until what is being deleted is gone, and makes it again', async () => {
    const cluster = new MemoryCluster();
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: { ...renderMetadata(identity), deletionTimestamp } });
    const operation = serve(cluster, (count) => {
      if (count === 2) cluster.objects.delete('Service/model');
      if (count > 2) rollOut(cluster);
    });
    expect(await operation.run(never)).toEqual(success);
    expect(cluster.objects.get('Service/model')?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('makes again what somebody deletes meanwhile', async () => {
    const cluster = new MemoryCluster();
    const operation = serve(cluster, (count) => {
      if (count === 2) cluster.objects.clear();
      if (count === 4) rollOut(cluster);
    });
    expect(await operation.run(never)).toEqual(success);
    expect(cluster.objects.size).toBe(2);
  });

  it('ends when the account may not', async () => {
    const cluster = new MemoryCluster();
    cluster.problem = (verb) =>
      verb === 'create' ? { kind: 'forbidden', message: 'cannot create services' } : undefined;
    expect(await serve(cluster, () => undefined).run(never)).toMatchObject({ reason: 'Forbidden', retryable: false });
  });

  it('ends when what it is made from is wrong', async () => {
    const fields = { identity: { ...identity, name: '1' } };
    expect(await serve(new MemoryCluster(), () => undefined, fields).run(never)).toMatchObject({
      ...{ result: 'Failed', reason: 'TemplateInvalid', retryable: false },
    });
  });

  const faults: readonly CallFault[] = ['crash-before', 'crash-after', 'lost-before', 'lost-after'];
  const cases = faults.flatMap((fault) => [1, 2, 3, 4, 5, 6].map((count) => ({ fault, count })));
  it.each(cases)('makes one of each, whatever is lost: $fault at call $count', async ({ fault, count: faulty }) => {
    const cluster = new MemoryCluster();
    cluster.fault = (_, count) => (count === faulty ? fault : undefined);
    const live = () => serve(cluster, () => rollOut(cluster)).run(never);
    const outcome = await live().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      return live();
    });
    expect(outcome).toEqual(success);
    expect(Array.from(cluster.objects.values(), ({ metadata }) => metadata.uid)).toEqual(['uid-1', 'uid-2']);
  });
});

describe('removeServing', () => {
  it('takes both away, and nothing of others', async () => {
    const cluster = new MemoryCluster();
    await serve(cluster, () => rollOut(cluster)).run(never);
    expect(await removeServing(anIdentity({ name: 'model', path: 'other' }), cluster, never)).toBeUndefined();
    expect(cluster.objects.size).toBe(2);
    expect(await removeServing(identity, cluster, never)).toBeUndefined();
    expect(cluster.objects.size).toBe(0);
  });

  it('tries both, and tells what may be left', async () => {
    const cluster = new MemoryCluster();
    await serve(cluster, () => rollOut(cluster)).run(never);
    const removals = () => cluster.calls.filter((call) => call.startsWith('remove')).length;
    cluster.fault = (verb) => (verb === 'remove' && removals() === 1 ? 'lost-before' : undefined);
    expect(await removeServing(identity, cluster, never)).toMatchObject({ kind: 'unavailable' });
    expect([...cluster.objects.keys()]).toEqual(['Deployment/model']);
  });
});
