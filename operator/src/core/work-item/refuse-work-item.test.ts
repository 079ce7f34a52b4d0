import { describe, expect, it } from 'vitest';
import { workItemStatus } from '../../api/work-item-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { findCondition } from '../conditions.ts';
import { refuseWorkItem } from './refuse-work-item.ts';

const now = new Date('2026-01-05T08:00:00.000Z');
const later = new Date('2026-01-05T09:00:00.000Z');
const refusal = { reason: 'PipelineMissing', message: 'there is no Pipeline order; apply it', name: 'order' };

const aWorkItem = (more: Partial<WorkItem> = {}): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
  metadata: { name: 'first', namespace: 'ns', generation: 3 },
  spec: { pipelineRef: { name: 'order' } },
  ...more,
});

const cancelled = aWorkItem({ spec: { pipelineRef: { name: 'order' }, cancel: true } });

describe('a WorkItem that cannot begin', () => {
  const status = refuseWorkItem(aWorkItem(), refusal, now);

  it('waits for what is missing, and says so', () => {
    const { reason, message } = refusal;
    expect(status).toMatchObject({ phase: 'Pending', reason, message, observedGeneration: 3 });
    const since = '2026-01-05T08:00:00.000Z';
    expect(status.waitingFor).toEqual([{ kind: 'dependency', name: 'order', since, message }]);
    expect(status).not.toHaveProperty('ending');
    expect(status).not.toHaveProperty('finishedAt');
  });

  it('is not accepted, not running, and may still succeed', () => {
    const shown = status.conditions?.map(({ type, status: holds, reason }) => `${type} ${holds} ${reason}`);
    expect(shown).toEqual([
      'Accepted False PipelineMissing',
      'Running False PipelineMissing',
      'Succeeded Unknown PipelineMissing',
    ]);
    expect(status.conditions?.every(({ observedGeneration }) => observedGeneration === 3)).toBe(true);
  });

  it('has a status that the API server takes', () => {
    for (const each of [status, refuseWorkItem(cancelled, refusal, now)])
      expect(workItemStatus.parse(each)).toEqual(each);
  });

  it('says the same when it is refused again: nothing is written', () => {
    expect(refuseWorkItem(aWorkItem({ status }), refusal, later)).toEqual(status);
  });

  it('waits anew for something else', () => {
    const other = refuseWorkItem(aWorkItem({ status }), { ...refusal, name: 'another' }, later);
    expect(other.waitingFor).toMatchObject([{ name: 'another', since: later.toISOString() }]);
  });

  it('waits anew for something of the same name and another kind', () => {
    const before = { waitingFor: [{ kind: 'asset', name: 'order', since: now.toISOString(), message: 'x' }] } as const;
    const after = refuseWorkItem(aWorkItem({ status: { waitingFor: [...before.waitingFor] } }), refusal, later);
    expect(after.waitingFor).toMatchObject([{ kind: 'dependency', since: later.toISOString() }]);
  });

  it('keeps what else its status says', () => {
    const kept = { outputs: { a: 1 }, message: 'old', retryCount: 2 };
    const after = refuseWorkItem(aWorkItem({ status: kept }), refusal, now);
    expect(after).toMatchObject({ outputs: { a: 1 }, retryCount: 2, message: refusal.message });
  });

  it('is told why in as many words as a status holds', () => {
    const long = refuseWorkItem(aWorkItem(), { ...refusal, message: '🙂'.repeat(2_000) }, now);
    expect(workItemStatus.parse(long)).toEqual(long);
    expect(long.message).toMatch(/^(?:🙂)+…$/u);
  });

  it('may have no generation yet', () => {
    const after = refuseWorkItem(aWorkItem({ metadata: { name: 'first' } }), refusal, now);
    expect(after).not.toHaveProperty('observedGeneration');
    expect(after.conditions?.[0]).not.toHaveProperty('observedGeneration');
  });
});

describe('a WorkItem that is cancelled before it could begin', () => {
  const status = refuseWorkItem({ ...cancelled, status: refuseWorkItem(aWorkItem(), refusal, now) }, refusal, later);

  it('ends', () => {
    expect(status).toMatchObject({ phase: 'Cancelled', reason: 'Cancelled', finishedAt: later.toISOString() });
    const message = 'it was cancelled before it began';
    expect(status.ending).toEqual({ phase: 'Cancelled', reason: 'Cancelled', message });
    expect(status.message).toBe(message);
  });

  it('waits for nothing any more', () => {
    expect(status).not.toHaveProperty('waitingFor');
  });

  it('has not succeeded; why it was not accepted is still told', () => {
    expect(findCondition(status.conditions, 'Succeeded')).toMatchObject({ status: 'False', reason: 'Cancelled' });
    expect(findCondition(status.conditions, 'Running')).toMatchObject({ status: 'False', reason: 'Cancelled' });
    expect(findCondition(status.conditions, 'Accepted')).toMatchObject({ status: 'False', reason: 'PipelineMissing' });
  });
});
