import { describe, expect, it } from 'vitest';
import type { MethodSpec } from '../api/method.ts';
import { renderMetadata } from '../core/delegation/child-identity.ts';
import { anIdentity } from '../testing/an-identity.ts';
import { Crash, type CallFault, MemoryCluster } from '../testing/memory-cluster.ts';
import { objectOperation, type ObjectOperationRequest } from './object-operation.ts';
import { removeObject } from './remove-object.ts';

const identity = anIdentity();
const { name } = identity;
const method: Extract<MethodSpec, { type: 'object' }> = {
  type: 'object',
  object: {
    template: { apiVersion: 'ray.io/v1', kind: 'RayJob', spec: { entrypoint: 'train {{inputs.data}}' } },
    success: 'object.status.jobStatus == "SUCCEEDED"',
    failure: 'object.status.jobStatus == "FAILED"',
    outputs: { model: 'object.status.model' },
  },
};
const request: ObjectOperationRequest = { method, identity, inputs: { data: 's3://d' }, step: { name: 'train' } };
const kind = { apiVersion: 'ray.io/v1', kind: 'RayJob' };
const succeeded = { jobStatus: 'SUCCEEDED', model: 's3://m' };
const success = { result: 'Succeeded', outputs: { model: 's3://m' } };
const never = new AbortController().signal;

/** Runs an operation; `onPause` is what the world does between its looks, the `count`-th time (from 1). */
function operate(
  cluster: MemoryCluster,
  onPause: (count: number) => void,
  fields: Partial<ObjectOperationRequest> = {},
) {
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    if (pauses > 50) throw new Error('it never ends');
    onPause(pauses);
    return Promise.resolve();
  };
  return objectOperation({ ...request, ...fields }, { cluster, pause });
}
const run = (...from: Parameters<typeof operate>) => operate(...from).run(never);

describe('objectOperation', () => {
  it('makes the object and follows it to its end', async () => {
    const cluster = new MemoryCluster();
    const operation = operate(cluster, (count) =>
      cluster.setStatus('RayJob', name, count < 3 ? { jobStatus: 'RUNNING' } : succeeded),
    );
    expect(operation.lastSeen()).toBeUndefined();
    expect(await operation.run(never)).toEqual(success);
    expect(operation.lastSeen()).toEqual({ message: `RayJob ${name} is RUNNING`, uid: 'uid-1' });
    expect(cluster.objects.get(`RayJob/${name}`)).toMatchObject({ ...kind, spec: { entrypoint: 'train s3://d' } });
    expect(cluster.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
  });

  it('tells that the engine calls it failed, which may be tried again', async () => {
    const cluster = new MemoryCluster();
    const outcome = await run(cluster, () =>
      cluster.setStatus('RayJob', name, { jobStatus: 'FAILED', reason: 'AppFailed', message: 'exit 1' }),
    );
    expect(outcome).toEqual({
      ...{ result: 'Failed', reason: 'AppFailed', retryable: true },
      message: `RayJob ${name} failed: AppFailed: exit 1`,
    });
  });

  it('takes on the object that an earlier life has made', async () => {
    const cluster = new MemoryCluster();
    cluster.put({ ...kind, metadata: renderMetadata(identity), status: succeeded });
    expect(await run(cluster, () => undefined)).toEqual(success);
  });

  it.each([
    ['another WorkItem', { workItem: { name: 'other', uid: 'other' } }, 'it belongs to WorkItem other'],
    ['another step', { path: 'tune' }, 'it was made for the step tune'],
    ['nobody', { isOwned: false }, 'it has no owner'],
    ['this step, but from something else', { specDigest: 'sha256:2' }, 'it was made from something else'],
  ])('touches nothing when its name is taken by %s', async (_, fields, why) => {
    const cluster = new MemoryCluster();
    const other = cluster.put({ ...kind, metadata: renderMetadata({ ...identity, ...fields }), status: succeeded });
    const outcome = await run(cluster, () => undefined);
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'NameTaken', retryable: false });
    expect(outcome.message).toContain(why);
    expect(cluster.objects.get(`RayJob/${name}`)).toBe(other);
  });

  it.each([
    ['is gone', (cluster: MemoryCluster) => cluster.objects.clear()],
    [
      'is another one',
      (cluster: MemoryCluster) => cluster.put({ ...kind, metadata: renderMetadata(identity), status: succeeded }),
    ],
    [
      'goes away without having ended',
      (cluster: MemoryCluster) => {
        const deletionTimestamp = '2026-01-01T00:00:00Z';
        const { uid } = cluster.objects.get(`RayJob/${name}`)!.metadata;
        cluster.put({ ...kind, metadata: { ...renderMetadata(identity), uid: uid!, deletionTimestamp } });
      },
    ],
  ])('counts as disrupted when the object %s', async (_, meddle) => {
    const cluster = new MemoryCluster();
    const outcome = await run(cluster, (count) => {
      if (count === 2) meddle(cluster);
    });
    expect(outcome).toEqual({
      ...{ result: 'Disrupted', reason: 'ObjectDeleted' },
      message: `RayJob ${name} was deleted before its end`,
    });
  });

  it('does not make an object again that an earlier life has seen', async () => {
    const cluster = new MemoryCluster();
    expect(await run(cluster, () => undefined, { knownUid: 'uid-0' })).toMatchObject({ reason: 'ObjectDeleted' });
    expect(cluster.objects.size).toBe(0);
  });

  it('waits a little for outputs that come after success', async () => {
    const cluster = new MemoryCluster();
    const outcome = await run(cluster, (count) =>
      cluster.setStatus('RayJob', name, count < 5 ? { jobStatus: 'SUCCEEDED' } : succeeded),
    );
    expect(outcome).toEqual(success);
  });

  it('ends when outputs do not come after success', async () => {
    const cluster = new MemoryCluster();
    const outcome = await run(cluster, () => cluster.setStatus('RayJob', name, { jobStatus: 'SUCCEEDED' }));
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'OutputMissing', retryable: false });
  });

  it.each([
    ['not-served', 'KindNotServed', true],
    ['forbidden', 'Forbidden', false],
    ['invalid', 'ObjectInvalid', false],
    ['quota', 'QuotaExceeded', true],
  ] as const)('ends with the words of the cluster when it says %s', async (problem, reason, retryable) => {
    const cluster = new MemoryCluster();
    cluster.problem = (verb) => (verb === 'create' ? { kind: problem, message: 'why' } : undefined);
    expect(await run(cluster, () => undefined)).toEqual({ result: 'Failed', reason, message: 'why', retryable });
  });

  it('waits while the cluster does not answer, and says so', async () => {
    const cluster = new MemoryCluster();
    cluster.problem = () => ({ kind: 'unavailable', message: 'no answer' });
    const operation = operate(cluster, (count) => {
      if (count < 5) return;
      cluster.problem = () => undefined;
      cluster.setStatus('RayJob', name, succeeded);
    });
    expect(await operation.run(never)).toEqual(success);
    expect(operation.lastSeen()).toEqual({ message: `RayJob ${name} was not taken up yet`, uid: 'uid-1' });
  });

  it('asks the cluster for nothing when the template is wrong', async () => {
    const cluster = new MemoryCluster();
    const template = { apiVersion: 'v1', kind: 'Secret', metadata: { finalizers: [] } };
    const outcome = await run(cluster, () => undefined, {
      method: { ...method, object: { ...method.object, template } },
    });
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'TemplateInvalid', retryable: false });
    expect(outcome.message).toMatch(/spec.object.template.kind: .*; spec.object.template.metadata.finalizers: /);
    expect(cluster.calls).toEqual([]);
  });

  it('leaves the object when it is aborted', async () => {
    const cluster = new MemoryCluster();
    const abort = new AbortController();
    const operation = operate(cluster, () => abort.abort(new Error('stopped')));
    await expect(operation.run(abort.signal)).rejects.toThrow('stopped');
    expect(cluster.objects.size).toBe(1);
  });
});

describe('objectOperation, when the process dies or answers are lost', () => {
  const faults: readonly CallFault[] = ['crash-before', 'crash-after', 'lost-before', 'lost-after'];
  const cases = faults.flatMap((fault) => [1, 2, 3, 4].map((count) => ({ fault, count })));

  it.each(cases)('makes one object and gives its result: $fault at call $count', async ({ fault, count: faulty }) => {
    const cluster = new MemoryCluster();
    cluster.fault = (_, count) => (count === faulty ? fault : undefined);
    let looks = 0;
    const live = () =>
      run(cluster, () => {
        looks += 1;
        if (looks > 1) cluster.setStatus('RayJob', name, succeeded);
      });
    const outcome = await live().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      return live();
    });
    expect(outcome).toEqual(success);
    expect([...cluster.objects.values()].map(({ metadata }) => metadata.uid)).toEqual(['uid-1']);
  });
});

describe('removeObject', () => {
  const remove = (cluster: MemoryCluster) => removeObject({ ...kind, identity }, cluster, never);

  it('takes the object away', async () => {
    const cluster = new MemoryCluster();
    cluster.put({ ...kind, metadata: renderMetadata(identity) });
    expect(await remove(cluster)).toBeUndefined();
    expect(cluster.objects.size).toBe(0);
  });

  it.each([
    ['the object', 'absent'],
    ['its kind', 'not-served'],
  ] as const)('is content when %s is gone', async (_, problem) => {
    const cluster = new MemoryCluster();
    cluster.problem = () => ({ kind: problem, message: '' });
    expect(await remove(cluster)).toBeUndefined();
  });

  it('does not touch what is not its own', async () => {
    const cluster = new MemoryCluster();
    cluster.put({ ...kind, metadata: renderMetadata(anIdentity({ path: 'other' })) });
    expect(await remove(cluster)).toBeUndefined();
    expect(cluster.objects.size).toBe(1);
  });

  it('asks only once: what is going away already is left alone', async () => {
    const cluster = new MemoryCluster();
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    cluster.put({ ...kind, metadata: { ...renderMetadata(identity), deletionTimestamp } });
    expect(await remove(cluster)).toBeUndefined();
    expect(cluster.calls).toEqual([`get RayJob ${name}`]);
  });

  it('does not touch what has taken its place meanwhile', async () => {
    const cluster = new MemoryCluster();
    cluster.put({ ...kind, metadata: renderMetadata(identity) });
    cluster.fault = (verb) => {
      if (verb === 'remove') cluster.put({ ...kind, metadata: { name } });
      return undefined;
    };
    expect(await remove(cluster)).toBeUndefined();
    expect(cluster.objects.size).toBe(1);
  });

  it('says when the object may still be there', async () => {
    const cluster = new MemoryCluster();
    cluster.put({ ...kind, metadata: renderMetadata(identity) });
    cluster.fault = (verb) => (verb === 'remove' ? 'lost-before' : undefined);
    expect(await remove(cluster)).toMatchObject({ kind: 'unavailable' });
  });
});
