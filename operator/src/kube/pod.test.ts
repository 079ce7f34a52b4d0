import { describe, expect, it } from 'vitest';
import { jobs, projectJob } from './job.ts';
import { pods, projectPod } from './pod.ts';
import { apiVersionOf } from './resource-type.ts';

/** As long as Kubernetes lets a name be, and a realistic WorkItem's labels. */
const longName = 'w'.repeat(63);
const metadata = {
  name: longName,
  namespace: 'team-payments-production',
  uid: 'b5ce3c0b-58d9-4b3a-8d0a-0a4ac1c1f6a9',
  resourceVersion: '1234567890',
  generation: 2,
  creationTimestamp: '2026-01-05T08:00:00Z',
  labels: {
    'conclave.dev/work-item': 'checkout-redesign-2026-q1',
    'conclave.dev/step': 'review_implementation',
    'conclave.dev/attempt': '2',
    'conclave.dev/role': 'architect',
    'conclave.dev/project': 'payments',
    'batch.kubernetes.io/job-name': longName,
    'batch.kubernetes.io/job-completion-index': '7',
    'controller-uid': 'b5ce3c0b-58d9-4b3a-8d0a-0a4ac1c1f6a9',
  },
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(20_000) },
  ownerReferences: [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'other' },
    { apiVersion: 'batch/v1', kind: 'Job', name: longName, uid: 'owner', controller: true, blockOwnerDeletion: true },
  ],
  managedFields: [{ manager: 'kubelet', fieldsV1: 'x'.repeat(5_000) }],
};
const terminated = {
  exitCode: 0,
  reason: 'Completed',
  message: '{"verdict":"done"}',
  startedAt: '2026-01-05T08:00:01Z',
  finishedAt: '2026-01-05T08:00:09Z',
};
const containerID = `containerd://${'0'.repeat(64)}`;
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { nodeName: 'gpu-17', containers: [{ name: 'agent', env: [{ name: 'TASK', value: 'x'.repeat(9_000) }] }] },
  status: {
    phase: 'Succeeded',
    startTime: '2026-01-05T08:00:00Z',
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-05T08:00:00Z' },
      { type: 'Ready', status: 'False', reason: 'PodCompleted', lastTransitionTime: '2026-01-05T08:00:09Z' },
    ],
    initContainerStatuses: [{ name: 'model', restartCount: 0, image: 'vllm', state: { running: {} } }],
    containerStatuses: [
      { name: 'agent', restartCount: 0, imageID: 'sha256:0', state: { terminated: { ...terminated, containerID } } },
    ],
  },
};

const bytesOf = (object: unknown): number => Buffer.byteLength(JSON.stringify(object));

describe('projectPod', () => {
  it('keeps what tells how the Pod stands, in at most 1 KiB', () => {
    const kept = projectPod(pod);
    expect(bytesOf(kept)).toBeLessThanOrEqual(1024);
    expect(kept.metadata.labels).toMatchObject({
      'conclave.dev/step': 'review_implementation',
      'batch.kubernetes.io/job-completion-index': '7',
    });
    expect(kept.metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: 'owner', controller: true }]);
    expect(kept.metadata).not.toHaveProperty('annotations');
    expect(kept.spec).toEqual({ nodeName: 'gpu-17' });
    expect(kept.status?.phase).toBe('Succeeded');
    expect(kept.status?.containerStatuses).toEqual([{ name: 'agent', state: { terminated } }]);
  });

  it('says why a Pod waits, in few words', () => {
    const message = '0/21 nodes are available: 21 Insufficient nvidia.com/gpu. '.repeat(20);
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const waiting = { reason: 'ImagePullBackOff', message: 'ä'.repeat(500) };
    const containerStatuses = [{ name: 'agent', restartCount: 3, state: { waiting } }];
    const kept = projectPod({ ...pod, status: { phase: 'Pending', conditions, containerStatuses } });
    expect(kept.status?.conditions?.[0]).toMatchObject({ reason: 'Unschedulable', message: message.slice(0, 160) });
    expect(kept.status?.containerStatuses).toEqual([
      { name: 'agent', restartCount: 3, state: { waiting: { reason: 'ImagePullBackOff', message: 'ä'.repeat(80) } } },
    ]);
  });

  it('keeps whole results of 1,024 bytes, and no more of longer ones', () => {
    const withMessage = (message: string) => {
      const containerStatuses = [{ name: 'agent', state: { terminated: { ...terminated, message } } }];
      return projectPod({ ...pod, status: { phase: 'Failed', containerStatuses } });
    };
    const messageOf = (kept: typeof pod | ReturnType<typeof withMessage>) =>
      kept.status?.containerStatuses?.[0]?.state?.terminated?.message;
    expect(messageOf(withMessage('x'.repeat(1024)))).toHaveLength(1024);
    expect(messageOf(withMessage('x'.repeat(4096)))).toHaveLength(1024);
    expect(bytesOf(withMessage('x'.repeat(4096)))).toBeLessThanOrEqual(2048);
  });

  it('takes a Pod that has no status yet', () => {
    expect(projectPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } })).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {},
      status: {},
    });
  });
});

describe('projectJob', () => {
  it('keeps what tells how the Job stands, in at most 1 KiB', () => {
    const kept = projectJob({
      apiVersion: apiVersionOf(jobs),
      kind: 'Job',
      metadata,
      spec: { ...{ template: pod, backoffLimit: 0 }, suspend: false, completions: 100, parallelism: 10 },
      status: {
        ...{ uncountedTerminatedPods: {}, ready: 0 },
        succeeded: 99,
        failed: 1,
        completedIndexes: '0-6,8-99',
        failedIndexes: '7',
        startTime: '2026-01-05T08:00:00Z',
        conditions: [
          { type: 'Failed', status: 'True', reason: 'FailedIndexes', message: 'Job has failed indexes' },
          { type: 'Suspended', status: 'False', reason: 'JobResumed' },
        ],
      },
    });
    expect(bytesOf(kept)).toBeLessThanOrEqual(1024);
    expect(kept.spec).toEqual({ suspend: false, completions: 100, parallelism: 10 });
    expect(kept.status).toMatchObject({ completedIndexes: '0-6,8-99', failedIndexes: '7' });
    expect(kept.status?.conditions).toMatchObject([{ type: 'Failed' }]);
  });

  it('names the types as the API server does', () => {
    expect([apiVersionOf(jobs), apiVersionOf(pods)]).toEqual(['batch/v1', 'v1']);
  });
});
