import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import { FreshAttempts } from './fresh-attempts.ts';

const aWorkItem = (status: WorkItemStatus = {}, uid = 'uid'): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
  ...{ metadata: { name: 'w', namespace: 'ns', uid }, spec: {}, status },
});

/** A status in which attempts are under way, given as `path` and number. */
const running = (...attempts: readonly (readonly [string, number])[]): WorkItemStatus => ({
  steps: attempts.map(([path, number]) => ({
    path,
    phase: 'Running',
    reason: 'AttemptRunning',
    attempts: [{ number }],
  })),
});

const recorded = () => Promise.resolve();

describe('FreshAttempts', () => {
  it('takes an attempt that was recorded just now for fresh, once', async () => {
    const fresh = new FreshAttempts();
    await fresh.around(aWorkItem(), running(['a', 1]), recorded);
    expect(fresh.take(aWorkItem(), { path: 'a', attempt: 1 })).toBe(true);
    expect(fresh.take(aWorkItem(), { path: 'a', attempt: 1 })).toBe(false);
  });

  it('does not take one for fresh that was under way before', async () => {
    const fresh = new FreshAttempts();
    await fresh.around(aWorkItem(running(['a', 1])), running(['a', 1], ['b', 1]), recorded);
    expect(fresh.take(aWorkItem(), { path: 'a', attempt: 1 })).toBe(false);
    expect(fresh.take(aWorkItem(), { path: 'b', attempt: 1 })).toBe(true);
  });

  it('takes the next attempt of a step for fresh, and not that of another WorkItem', async () => {
    const fresh = new FreshAttempts();
    await fresh.around(aWorkItem(running(['a', 1])), running(['a', 2]), recorded);
    expect(fresh.take(aWorkItem({}, 'other'), { path: 'a', attempt: 2 })).toBe(false);
    expect(fresh.take(aWorkItem(), { path: 'a', attempt: 2 })).toBe(true);
  });

  it('does not know of an attempt whose record may have been lost', async () => {
    const fresh = new FreshAttempts();
    const lost = fresh.around(aWorkItem(), running(['a', 1]), () => Promise.reject(new Error('no answer')));
    await expect(lost).rejects.toThrow('no answer');
    expect(fresh.take(aWorkItem(), { path: 'a', attempt: 1 })).toBe(false);
  });

  it('stays fresh until it is started, whatever else is recorded before', async () => {
    const fresh = new FreshAttempts();
    await fresh.around(aWorkItem(), running(['a', 1]), recorded);
    await fresh.around(aWorkItem(running(['a', 1])), running(['a', 1]), recorded);
    expect(fresh.take(aWorkItem(), { path: 'a', attempt: 1 })).toBe(true);
  });
});
