import { describe, expect, it } from 'vitest';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { objectProbe, type ObjectProbe } from './object-probe.ts';

const probe: ObjectProbe = { apiVersion: 'batch/v1', kind: 'Job', name: 'load', condition: 'Complete' };
const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'load' } };
const complete = { conditions: [{ type: 'Complete', status: 'True' }] };
const never = new AbortController().signal;

function wait(cluster: MemoryCluster, onPause: (count: number) => void, fields: Partial<ObjectProbe> = {}) {
  const pauses: number[] = [];
  const pause = (ms: number) => {
    pauses.push(ms);
    if (pauses.length > 20) throw new Error('it never ends');
    onPause(pauses.length);
    return Promise.resolve();
  };
  const request = { probe: { ...probe, ...fields }, namespace: 'team-a' };
  return { operation: objectProbe(request, { cluster, pause }), pauses };
}

describe('objectProbe', () => {
  it('waits every five seconds for the object, then for its condition', async () => {
    const cluster = new MemoryCluster();
    const messages: (string | undefined)[] = [];
    const { operation, pauses } = wait(cluster, (count) => {
      messages.push(operation.lastSeen()?.message);
      if (count === 1) cluster.put(job);
      if (count === 2) cluster.setStatus('Job', 'load', complete);
    });
    expect(await operation.run(never)).toEqual({ result: 'Succeeded', outputs: {} });
    expect(pauses).toEqual([5000, 5000]);
    expect(messages).toEqual(['Job load is not there yet', 'Job load was not taken up yet']);
  });

  it('waits for an expression', async () => {
    const cluster = new MemoryCluster();
    cluster.put(job);
    const expression = { condition: undefined, expression: 'object.status.succeeded >= 2' };
    const { operation } = wait(cluster, (count) => cluster.setStatus('Job', 'load', { succeeded: count }), expression);
    expect(await operation.run(never)).toMatchObject({ result: 'Succeeded' });
  });

  it('waits for a kind that is still to be installed, and while the cluster does not answer', async () => {
    const cluster = new MemoryCluster();
    const problems = ['not-served', 'unavailable'] as const;
    let at = 0;
    cluster.problem = () => {
      const kind = problems[at];
      return kind && { kind, message: kind };
    };
    const { operation, pauses } = wait(cluster, (count) => {
      expect(operation.lastSeen()?.message).toBe(problems[at]);
      at = count;
      if (count === 2) cluster.put({ ...job, status: complete });
    });
    expect(await operation.run(never)).toMatchObject({ result: 'Succeeded' });
    expect(pauses).toHaveLength(2);
  });

  it('ends when the account may not look', async () => {
    const cluster = new MemoryCluster();
    cluster.problem = () => ({ kind: 'forbidden', message: 'cannot get jobs' });
    expect(await wait(cluster, () => undefined).operation.run(never)).toEqual({
      ...{ result: 'Failed', reason: 'Forbidden', message: 'cannot get jobs', retryable: false },
    });
  });

  it('ends when the expression can never be true or false', async () => {
    const cluster = new MemoryCluster();
    cluster.put(job);
    const { operation } = wait(cluster, () => undefined, { condition: undefined, expression: 'object.kind' });
    expect(await operation.run(never)).toMatchObject({
      result: 'Failed',
      reason: 'ExpressionFailed',
      retryable: false,
    });
  });

  it('never looks into a Secret', async () => {
    const cluster = new MemoryCluster();
    const { operation } = wait(cluster, () => undefined, { apiVersion: 'v1', kind: 'Secret' });
    expect(await operation.run(never)).toMatchObject({ result: 'Failed', reason: 'KindForbidden', retryable: false });
    expect(cluster.calls).toEqual([]);
  });
});
