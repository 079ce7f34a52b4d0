import { describe, expect, it } from 'vitest';
import { annotationNames, labelNames } from '../core/manifest/labels.ts';
import type { Job } from '../kube/job.ts';
import type { Pod } from '../kube/pod.ts';
import { whenAttemptChanges } from './when-attempt-changes.ts';

const job: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    ...{ name: 'j', namespace: 'n', uid: 'job' },
    ...{ labels: { [labelNames.attempt]: '1' }, annotations: { [annotationNames.path]: 'step' } },
  },
};

function aPod(status: Pod['status'], uid = 'pod'): Pod {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'job', controller: true };
  const metadata = { name: uid, namespace: 'n', uid, ownerReferences: [owner] };
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: status ?? {} };
}

const ended = (exitCode: number): Pod['status'] => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [{ name: 'collect', state: { terminated: { exitCode } } }],
});

/** Caches that a test changes; `tell` says whether what it is told leads anywhere. */
function aCache() {
  const here: { job: Job | undefined; pods: Pod[] } = { job, pods: [] };
  const keysOf = whenAttemptChanges({ jobOf: () => here.job, podsOf: () => here.pods }, () => ['n/w']);
  return {
    job: (now: Job | undefined): boolean => {
      here.job = now;
      return keysOf(now ?? job).length > 0;
    },
    pod: (now: Pod): boolean => {
      here.pods = [now];
      return keysOf(now).length > 0;
    },
  };
}

describe('whenAttemptChanges', () => {
  it('leads on when a Job comes, when its Pod ends, and when the Job goes', () => {
    const cache = aCache();
    expect(cache.job(job)).toBe(true);
    expect(cache.pod(aPod(ended(0)))).toBe(true);
    expect(cache.job(undefined)).toBe(true);
    expect(cache.job(job)).toBe(true);
  });

  it('leads nowhere while a Pod begins, and when its Job is told of an end that is known', () => {
    const cache = aCache();
    cache.job(job);
    expect(cache.job({ ...job, status: { active: 1 } })).toBe(false);
    expect(cache.pod(aPod({ phase: 'Pending' }))).toBe(false);
    expect(cache.pod(aPod({ phase: 'Running' }))).toBe(false);
    cache.pod(aPod(ended(1)));
    const conditions = [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }];
    expect(cache.job({ ...job, status: { failed: 1, conditions } })).toBe(false);
  });

  it('leads on when a Pod waits for something, and when it does so no longer', () => {
    const cache = aCache();
    cache.job(job);
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no GPU is free' }];
    expect(cache.pod(aPod({ phase: 'Pending', conditions }))).toBe(true);
    expect(cache.pod(aPod({ phase: 'Running' }))).toBe(true);
  });

  it('leads on when a Job is being deleted', () => {
    const cache = aCache();
    cache.job(job);
    const deletionTimestamp = '2026-01-05T08:00:00Z';
    expect(cache.job({ ...job, metadata: { ...job.metadata, deletionTimestamp } })).toBe(true);
  });

  it('hears of a Pod whose Job is not known yet once the Job is', () => {
    const cache = aCache();
    cache.job(undefined);
    expect(cache.pod(aPod(ended(0)))).toBe(false);
    expect(cache.job(job)).toBe(true);
  });

  it('leads nowhere from a Pod that no Job controls', () => {
    expect(aCache().pod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } })).toBe(false);
  });
});
