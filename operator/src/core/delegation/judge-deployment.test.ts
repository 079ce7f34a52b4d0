import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { explainDeployment, isDeploymentReady, type ServingPod } from './judge-deployment.ts';

const aDeployment = (status: JsonObject = {}) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'm', generation: 2 }, spec: { replicas: 2 } },
  status: {
    ...{ observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
    conditions: [{ type: 'Available', status: 'True' }],
    ...status,
  },
});

const aPod = (status: NonNullable<ServingPod['status']>): ServingPod => ({ metadata: { name: 'm-1' }, status });
const waiting = (reason: string, message?: string) =>
  aPod({ containerStatuses: [{ state: { waiting: { reason, ...(message !== undefined && { message }) } } }] });
const unscheduled = (message: string) => aPod({ conditions: [{ type: 'PodScheduled', status: 'False', message }] });

describe('isDeploymentReady', () => {
  it('when all Pods of the present spec are available', () => {
    expect(isDeploymentReady(aDeployment())).toBe(true);
  });

  it('when its one Pod is available, where it does not say how many', () => {
    const one = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    expect(isDeploymentReady({ ...aDeployment(one), metadata: { name: 'm' }, spec: {} })).toBe(true);
  });

  it.each([
    ['the status counts nothing', { readyReplicas: null }],
    ['the spec was not taken up yet', { observedGeneration: 1 }],
    ['a Pod of the earlier spec is left', { replicas: 3 }],
    ['a Pod has the earlier spec', { updatedReplicas: 1 }],
    ['a Pod is not ready', { readyReplicas: 1 }],
    ['a Pod is ready too shortly', { availableReplicas: 1 }],
    ['it is not available', { conditions: [{ type: 'Available', status: 'False' }] }],
    ['nothing is known', { conditions: 'nothing' }],
  ])('not while %s', (_, status) => {
    expect(isDeploymentReady(aDeployment(status))).toBe(false);
  });
});

describe('explainDeployment', () => {
  const explain = (pods: readonly ServingPod[], status: JsonObject = { readyReplicas: 1 }) =>
    explainDeployment(aDeployment(status), pods, 'server:1');

  it.each([
    ['how far it is', [], { message: 'Deployment m: 1 of 2 Pods are ready' }],
    [
      'nothing of a Pod that begins',
      [waiting('ContainerCreating')],
      { message: 'Deployment m: 1 of 2 Pods are ready' },
    ],
    [
      'that its image does not come',
      [aPod({}), waiting('ImagePullBackOff', 'not found')],
      { message: 'Pod m-1: ImagePullBackOff: not found', waitingFor: { kind: 'image', name: 'server:1' } },
    ],
    ['that it crashes', [waiting('CrashLoopBackOff')], { message: 'Pod m-1: CrashLoopBackOff' }],
    [
      'that no GPU is free',
      [unscheduled('0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: none')],
      {
        message: 'Pod m-1 waits for a node: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: none',
        waitingFor: { kind: 'gpu', name: 'nvidia.com/gpu' },
      },
    ],
    [
      'that no node takes it',
      [unscheduled('0/1 nodes are available: 1 Insufficient memory.')],
      { message: 'Pod m-1 waits for a node: 0/1 nodes are available: 1 Insufficient memory.' },
    ],
  ])('says %s', (_, pods, wait) => {
    expect(explain(pods)).toEqual(wait);
  });

  it('says how far one is that does not say how many Pods it has', () => {
    const bare = { ...aDeployment({ readyReplicas: null }), spec: {} };
    expect(explainDeployment(bare, [], 'server:1')).toEqual({ message: 'Deployment m: 0 of 1 Pods are ready' });
  });

  it('says that Pods cannot be made, where the cluster does not say why', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True' }];
    expect(explain([], { conditions })).toEqual({ message: 'its Pods cannot be made' });
  });

  it('says why Pods cannot be made at all', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods=4' }];
    expect(explain([], { conditions })).toEqual({ message: 'exceeded quota: pods=4' });
  });
});
