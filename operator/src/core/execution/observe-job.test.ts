import { describe, expect, it } from 'vitest';
import { terminationMessage } from '../../api/runner-result.ts';
import type { AttemptOutcome } from '../work-item/observed.ts';
import type { ConditionView, ContainerView, JobView, PodView, TerminatedView } from './child-views.ts';
import { observeJob } from './observe-job.ts';

const labels = { 'conclave.dev/attempt': '2' };
const annotations = { 'conclave.dev/path': 'each[3].build' };

type JobSketch = Pick<JobView, 'spec' | 'status'> & { readonly metadata?: Partial<JobView['metadata']> };

const aJob = ({ metadata, ...rest }: JobSketch = {}): JobView => ({
  metadata: { name: 'build-2-0123', uid: 'job-uid', labels, annotations, ...metadata },
  ...rest,
});

const holds = (type: string, more: Partial<ConditionView> = {}): ConditionView => ({ type, status: 'True', ...more });

const jobIs = (type: string, more: Partial<ConditionView> = {}) =>
  aJob({ status: { conditions: [holds(type, more)] } });

const aPod = (status: PodView['status'], metadata: Partial<PodView['metadata']> = {}): PodView => ({
  metadata: { name: 'build-2-0123-x', uid: 'pod-uid', ...metadata },
  ...(status === undefined ? {} : { status }),
});

const ended = (name: string, exitCode: number, more: Partial<TerminatedView> = {}): ContainerView => ({
  name,
  state: { terminated: { exitCode, ...more } },
});

const running = (name: string): ContainerView => ({ name, state: {} });

const told = (message: object) => ({ message: JSON.stringify(terminationMessage.parse(message)) });

const done = ended('collect', 0, told({ outcome: 'succeeded', outputs: { answer: 42 } }));
const answerLost = ended(
  'agent',
  20,
  told({ outcome: 'failed', error: { reason: 'AnswerLost', message: 'the pod was ended', retryable: false } }),
);
const going = aPod({ phase: 'Running', containerStatuses: [running('collect')] });
const failed = aPod({ phase: 'Failed', containerStatuses: [ended('collect', 10)] });
const evicted = [holds('DisruptionTarget', { reason: 'EvictionByEvictionAPI', message: 'the node is drained' })];
const deleted = { deletionTimestamp: '2026-01-05T08:00:00Z' };

interface Case {
  readonly job?: JobView;
  readonly pods?: readonly PodView[];
  /** Part of the outcome; undefined while the attempt goes on. */
  readonly outcome: Partial<AttemptOutcome> | undefined;
}

const accepted = { result: 'Succeeded', outputs: { answer: 42 }, podUid: 'pod-uid' } as const;
const lost = { result: 'Disrupted', reason: 'ResultLost' } as const;

const cases: Record<string, Case> = {
  'goes on while it has no Pod': { outcome: undefined },
  'goes on while its Pod has no status': { pods: [aPod(undefined)], outcome: undefined },
  'goes on while its container runs': { pods: [going], outcome: undefined },
  'goes on while an init container has failed and its Pod has not': {
    pods: [aPod({ phase: 'Pending', initContainerStatuses: [ended('code', 10)] })],
    outcome: undefined,
  },

  'is accepted at once when its Pod has succeeded': {
    pods: [aPod({ phase: 'Succeeded', containerStatuses: [done] })],
    outcome: accepted,
  },
  'may have made a call whose answer is lost, whoever ended its Pod: that is not made again unasked': {
    job: jobIs('Failed', { reason: 'PodFailurePolicy' }),
    pods: [aPod({ phase: 'Failed', containerStatuses: [answerLost], conditions: evicted }, deleted)],
    outcome: { result: 'Unknown', reason: 'AnswerLost', podUid: 'pod-uid' },
  },
  'may have made such a call although its Job is being deleted': {
    job: aJob({ metadata: deleted }),
    pods: [aPod({ phase: 'Failed', containerStatuses: [answerLost] }, deleted)],
    outcome: { result: 'Unknown', reason: 'AnswerLost' },
  },
  'is accepted although its Pod is being deleted, disrupted, and its Job suspended': {
    job: aJob({ spec: { suspend: true } }),
    pods: [aPod({ phase: 'Succeeded', containerStatuses: [done], conditions: evicted }, deleted)],
    outcome: accepted,
  },
  'is accepted although its Job is being deleted': {
    job: aJob({ metadata: deleted }),
    pods: [aPod({ phase: 'Succeeded', containerStatuses: [done] })],
    outcome: accepted,
  },
  'is accepted while a sidecar goes on': {
    pods: [aPod({ phase: 'Running', containerStatuses: [done, running('model')] })],
    outcome: accepted,
  },
  'is accepted by the container that decides, not by the first of the alphabet': {
    pods: [aPod({ phase: 'Running', containerStatuses: [ended('a-proxy', 1), done] })],
    outcome: accepted,
  },
  'is not accepted for the end of a sidecar': {
    pods: [aPod({ phase: 'Running', containerStatuses: [ended('a-proxy', 0), running('agent')] })],
    outcome: undefined,
  },
  'is accepted from the second Pod when the first has failed': {
    pods: [failed, aPod({ phase: 'Succeeded', containerStatuses: [done] }, { uid: 'second' })],
    outcome: { ...accepted, podUid: 'second' },
  },
  'is accepted from a Pod whose UID is not known': {
    pods: [{ metadata: { name: 'p' }, status: { containerStatuses: [done] } }],
    outcome: { result: 'Succeeded', outputs: { answer: 42 } },
  },

  'is lost with its Job, whatever its Pod says': {
    job: aJob({ metadata: deleted }),
    pods: [failed],
    outcome: { result: 'Disrupted', reason: 'JobDeleted', message: 'the Job build-2-0123 was deleted' },
  },

  'has failed as soon as its Pod has, by itself': {
    pods: [failed],
    outcome: { result: 'Failed', exitCode: 10, podUid: 'pod-uid' },
  },
  'has failed while a sidecar goes on': {
    pods: [aPod({ phase: 'Running', containerStatuses: [ended('agent', 20), running('model')] })],
    outcome: { result: 'Failed', exitCode: 20, retryable: false },
  },
  'has failed by the first init container that failed': {
    pods: [
      aPod({
        phase: 'Failed',
        initContainerStatuses: [ended('launcher', 0), ended('method', 30), running('other')],
        containerStatuses: [running('collect')],
      }),
    ],
    outcome: { result: 'Failed', exitCode: 30, reason: 'LimitReached', retryable: false },
  },
  'has failed by the container that decides, not by a sidecar that was stopped after it': {
    pods: [
      aPod({
        phase: 'Failed',
        initContainerStatuses: [ended('proxy', 143)],
        containerStatuses: [ended('collect', 20, { message: 'no outputs' })],
      }),
    ],
    outcome: { exitCode: 20, retryable: false, message: 'the container collect ended with 20: no outputs' },
  },
  'has failed as its result says, also when the container that decides ended well': {
    pods: [
      aPod({ containerStatuses: [ended('agent', 0, told({ outcome: 'failed', error: anError('NoAnswer') }))] }, {}),
    ],
    outcome: { result: 'Failed', reason: 'NoAnswer', retryable: false },
  },
  'has failed in the words of the kubelet when no container began': {
    pods: [aPod({ phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource: cpu' })],
    outcome: {
      ...{ result: 'Failed', reason: 'OutOfcpu', retryable: true, podUid: 'pod-uid' },
      message: 'the Pod build-2-0123-x failed: Node did not have enough resource: cpu',
    },
  },
  'has failed in our words when nobody has any': {
    pods: [aPod({ phase: 'Failed' })],
    outcome: { result: 'Failed', reason: 'PodFailed', retryable: true },
  },

  'goes on when its failed Pod is being deleted: the Job decides': {
    pods: [{ ...failed, metadata: { ...failed.metadata, ...deleted } }],
    outcome: undefined,
  },
  'goes on when its failed Pod was disrupted: the Job decides': {
    pods: [aPod({ phase: 'Failed', containerStatuses: [ended('collect', 137)], conditions: evicted })],
    outcome: undefined,
  },
  'goes on when its Pod failed because its Job was suspended': {
    job: aJob({ spec: { suspend: true } }),
    pods: [failed],
    outcome: undefined,
  },
  'has failed when a disruption was considered and did not come': {
    job: aJob({ spec: { suspend: false } }),
    pods: [
      aPod({
        ...{ phase: 'Failed', containerStatuses: [ended('collect', 10)] },
        conditions: [{ type: 'DisruptionTarget', status: 'False' }],
      }),
    ],
    outcome: { result: 'Failed', exitCode: 10 },
  },

  'has failed when its Job exceeded its deadline, whatever became of its Pod': {
    job: jobIs('Failed', { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }),
    pods: [{ ...going, metadata: { ...going.metadata, ...deleted } }],
    outcome: {
      ...{ result: 'Failed', reason: 'DeadlineExceeded', retryable: true },
      message: 'Job was active longer than specified deadline',
    },
  },
  'has failed by a deadline that says no more': {
    job: jobIs('Failed', { reason: 'DeadlineExceeded' }),
    outcome: { result: 'Failed', reason: 'DeadlineExceeded', message: '' },
  },
  'was disrupted, in the words of the disruption, when its Job has failed and its Pod is a target': {
    job: jobIs('Failed', { reason: 'PodFailurePolicy', message: 'a rule matched' }),
    pods: [aPod({ phase: 'Failed', containerStatuses: [ended('collect', 137)], conditions: evicted })],
    outcome: { result: 'Disrupted', reason: 'EvictionByEvictionAPI', message: 'the node is drained' },
  },
  'was disrupted, in the words of its Job, when its Pod is gone': {
    job: jobIs('Failed', { reason: 'BackoffLimitExceeded', message: 'it has reached the limit' }),
    outcome: { result: 'Disrupted', reason: 'BackoffLimitExceeded', message: 'it has reached the limit' },
  },
  'was disrupted when its Job has failed and does not say why': {
    job: jobIs('Failed'),
    outcome: { result: 'Disrupted', reason: 'Failed', message: '' },
  },
  'goes on while its Job has not failed yet': {
    job: aJob({ status: { conditions: [{ type: 'Failed', status: 'False' }, holds('FailureTarget')] } }),
    outcome: undefined,
  },

  'is lost when its Job is complete and its Pod is gone': {
    job: jobIs('Complete'),
    outcome: { ...lost, message: 'the Job build-2-0123 is complete, but its Pod is gone and with it the result' },
  },
  'is lost when its Job is complete and its Pod does not say how its container ended': {
    job: jobIs('Complete'),
    pods: [aPod({ phase: 'Succeeded' })],
    outcome: lost,
  },
  'goes on when its Job is seen to be complete before its Pod is seen to have ended': {
    job: jobIs('Complete'),
    pods: [going],
    outcome: undefined,
  },
  'goes on when its Job is seen to have failed before its Pod is': {
    job: jobIs('Failed', { reason: 'BackoffLimitExceeded' }),
    pods: [going],
    outcome: undefined,
  },
};

const observed = (job: JobView, pods: readonly PodView[] = [], arePodsCurrent = true) =>
  observeJob({ job, pods, arePodsCurrent })[0];

function anError(reason: string) {
  return { reason, message: 'there was none', retryable: false };
}

describe('an attempt', () => {
  it.each(Object.entries(cases))('%s', (_, { job = aJob(), pods = [], outcome }) => {
    const seen = observed(job, pods)?.outcome;
    if (outcome === undefined) expect(seen).toBeUndefined();
    else expect(seen).toMatchObject(outcome);
  });

  it('is known by what its Job says of itself', () => {
    expect(observed(aJob())).toEqual({ path: 'each[3].build', number: 2, jobUid: 'job-uid' });
  });

  it('is known also before the UID of its Job is', () => {
    const job = { metadata: { name: 'j', labels, annotations } };
    expect(observed(job)).toEqual({ path: 'each[3].build', number: 2 });
  });

  it('says what it waits for only until it has ended', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
    const waiting = aPod({ phase: 'Pending', conditions });
    expect(observed(aJob(), [waiting])?.waitingFor?.message).toBe('0/3 nodes are available');
    expect(observed(aJob({ metadata: deleted }), [waiting])).not.toHaveProperty('waitingFor');
  });
});

describe('a Job whose Pod is not heard of', () => {
  it.each([
    ['has completed', jobIs('Complete')],
    ['has failed', jobIs('Failed', { reason: 'BackoffLimitExceeded' })],
  ])('%s: nothing is said before Pods are known up to then', (_, job) => {
    expect(observed(job, [], false)).toEqual({ path: 'each[3].build', number: 2, jobUid: 'job-uid', isBehind: true });
    expect(observed(job, [], true)?.outcome).toMatchObject({ result: 'Disrupted' });
  });

  it('has run out of time, which it alone knows', () => {
    const job = jobIs('Failed', { reason: 'DeadlineExceeded' });
    expect(observed(job, [], false)?.outcome).toMatchObject({ result: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('is believed at once where a Pod of it shows a disruption', () => {
    const pod = aPod({ phase: 'Failed', containerStatuses: [ended('collect', 137)], conditions: evicted });
    expect(observed(jobIs('Failed'), [pod], false)?.outcome).toMatchObject({ reason: 'EvictionByEvictionAPI' });
  });
});

describe('a Job that attempts share', () => {
  const members = JSON.stringify([
    ['each[0].build', 1, 'sha256:1'],
    ['each[4].build', 3, 'sha256:2'],
  ]);
  const shared = (status: JobView['status'] = {}) =>
    aJob({ metadata: { annotations: { ...annotations, 'conclave.dev/members': members } }, status });
  const podAt = (index: number, status: PodView['status'], name = `pod-${index}`): PodView => ({
    metadata: { name, uid: `uid-${name}`, labels: { 'batch.kubernetes.io/job-completion-index': String(index) } },
    status: status ?? {},
  });
  const all = (job: JobView, pods: readonly PodView[], arePodsCurrent = true) =>
    observeJob({ job, pods, arePodsCurrent }).map(({ path, number, outcome, isBehind }) => [
      ...[path, number, outcome?.result ?? isBehind],
      ...(outcome?.reason === undefined ? [] : [outcome.reason]),
    ]);
  const succeeded = { phase: 'Succeeded', containerStatuses: [done] };

  it('shows each of them by the Pod of its index', () => {
    const pods = [
      podAt(1, { phase: 'Failed', containerStatuses: [ended('collect', 1)] }),
      podAt(0, { phase: 'Running' }),
    ];
    expect(all(shared(), pods)).toEqual([
      ['each[0].build', 1, undefined],
      ['each[4].build', 3, 'Failed', expect.any(String)],
    ]);
  });

  it('loses the result of an index alone whose Pod is gone', () => {
    const job = shared({ completedIndexes: '0', failedIndexes: '1' });
    expect(all(job, [])).toEqual([
      ['each[0].build', 1, 'Disrupted', 'ResultLost'],
      ['each[4].build', 3, 'Disrupted', 'FailedIndex'],
    ]);
    expect(all(job, [], false)).toEqual([
      ['each[0].build', 1, true],
      ['each[4].build', 3, true],
    ]);
  });

  it('has an index that was disrupted, and others that go on', () => {
    const evictedPod = podAt(0, { phase: 'Failed', containerStatuses: [ended('collect', 137)], conditions: evicted });
    expect(all(shared({ failedIndexes: '0' }), [evictedPod, podAt(1, { phase: 'Running' })])).toEqual([
      ['each[0].build', 1, 'Disrupted', 'EvictionByEvictionAPI'],
      ['each[4].build', 3, undefined],
    ]);
  });

  it('has failed for one of them, and another has succeeded', () => {
    const job = shared({ completedIndexes: '0', failedIndexes: '1', conditions: [holds('Failed')] });
    const bad = podAt(1, { phase: 'Failed', containerStatuses: [ended('collect', 3)] });
    expect(all(job, [podAt(0, succeeded), bad]).map(([, , result]) => result)).toEqual(['Succeeded', 'Failed']);
  });

  it('is none when what it says of its members is no list of attempts', () => {
    for (const text of [
      '',
      '{',
      '{}',
      '[1]',
      '[["a", "b", "c"]]',
      '[["a", 1]]',
      JSON.stringify(Array(33).fill(['a', 1, 'd'])),
    ]) {
      const job = aJob({ metadata: { annotations: { ...annotations, 'conclave.dev/members': text } } });
      expect(all(job, [podAt(0, succeeded)])).toEqual([]);
    }
  });
});

describe('a Job that is no attempt', () => {
  it.each([
    ['has no path', { annotations: {} }],
    ['has no number', { labels: {} }],
    ['has a number that is none', { labels: { 'conclave.dev/attempt': 'two' } }],
  ])('%s', (_, metadata) => {
    expect(observed(aJob({ metadata }), [failed])).toBeUndefined();
  });

  it('says nothing of itself', () => {
    expect(observed({ metadata: { name: 'j' } }, [failed])).toBeUndefined();
  });
});
