import { describe, expect, it } from 'vitest';
import type { ConditionView, ContainerView, PodView } from './child-views.ts';
import { observeWaiting } from './observe-waiting.ts';

const aPod = (status: PodView['status'] = {}, name = 'pod'): PodView => ({ metadata: { name }, status });

const unscheduled = (more: Partial<ConditionView>) =>
  aPod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', ...more }] });

const waits = (name: string, reason: string, message?: string): ContainerView => ({
  name,
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
});

describe('a Pod that no node takes', () => {
  const noGpu = '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.';
  const noClaim = '0/3 nodes are available: 3 cannot allocate all claims of ResourceClaim h100.';
  const noRoom = '0/3 nodes are available: 3 Insufficient cpu.';

  it.each([
    ['gpu', noGpu],
    ['gpu', noClaim],
    ['quota', noRoom],
  ])('waits for %s when the scheduler says: %s', (kind, message) => {
    expect(observeWaiting([unscheduled({ message })])).toEqual({ kind, name: 'pod', message });
  });

  it('waits for the reason when the scheduler says no more', () => {
    const scheduling = unscheduled({ reason: 'SchedulingGated' });
    expect(observeWaiting([scheduling])).toEqual({ kind: 'quota', name: 'pod', message: 'SchedulingGated' });
  });

  it('waits in silence when there is no reason either', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False' }];
    expect(observeWaiting([aPod({ conditions })])).toMatchObject({ kind: 'quota', message: '' });
  });
});

describe('a Pod whose image does not come', () => {
  it.each([
    ...['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable'],
    ...['ImageInspectError', 'CreateContainerConfigError', 'CreateContainerError'],
  ])('waits for it, in the words of the kubelet: %s', (reason) => {
    const pod = aPod({ containerStatuses: [waits('collect', reason, 'no such host')] });
    const message = `${reason} of the container collect: no such host`;
    expect(observeWaiting([pod])).toEqual({ kind: 'image', name: 'pod', message });
  });

  it('names the init container whose image it is, before any other', () => {
    const pod = aPod({
      initContainerStatuses: [{ name: 'launcher', state: {} }, waits('method', 'ErrImagePull', 'denied')],
      containerStatuses: [waits('collect', 'ErrImagePull', 'denied')],
    });
    expect(observeWaiting([pod])?.message).toBe('ErrImagePull of the container method: denied');
  });

  it('waits for it also when the kubelet has no words', () => {
    expect(observeWaiting([aPod({ containerStatuses: [waits('agent', 'ErrImagePull')] })])?.kind).toBe('image');
  });
});

describe('nothing is waited for', () => {
  it.each<[string, readonly PodView[]]>([
    ['without Pods', []],
    ['of a Pod without a status', [{ metadata: { name: 'pod' } }]],
    ['of a Pod that is scheduled', [aPod({ conditions: [{ type: 'PodScheduled', status: 'True' }] })]],
    ['of a Pod that is not ready', [aPod({ conditions: [{ type: 'Ready', status: 'False' }] })]],
    ['of containers that wait for their turn', [aPod({ containerStatuses: [waits('collect', 'PodInitializing')] })]],
    ['of containers that say nothing', [aPod({ containerStatuses: [{ name: 'collect' }, waits('model', '')] })]],
  ])('%s', (_, pods) => {
    expect(observeWaiting(pods)).toBeUndefined();
  });
});

it('of several Pods, the first that waits says for what', () => {
  const late = aPod({ containerStatuses: [waits('agent', 'ErrImagePull')] }, 'second');
  const later = aPod({ containerStatuses: [waits('agent', 'ErrImagePull')] }, 'third');
  expect(observeWaiting([aPod({}, 'first'), late, later])?.name).toBe('second');
});
