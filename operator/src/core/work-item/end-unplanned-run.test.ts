import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import { endUnplannedRun } from './end-unplanned-run.ts';

const now = new Date('2026-01-05T09:00:00Z');
const at = now.toISOString();
const run: WorkItem = {
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'WorkItem',
  metadata: { name: 'w', generation: 3 },
  spec: {},
  status: {
    startedAt: '2026-01-05T08:00:00Z',
    waitingFor: [{ kind: 'retry', name: 'b', since: '2026-01-05T08:30:00Z', message: 'soon' }],
    steps: [
      { path: 'a', phase: 'Succeeded', finishedAt: '2026-01-05T08:10:00Z', outputs: { x: 1 } },
      { path: 'b', phase: 'Waiting', retryAt: at },
      { path: 'c', phase: 'Running', attempts: [{ number: 1, result: 'Disrupted' }, { number: 2 }] },
    ],
  },
};

describe('endUnplannedRun', () => {
  const status = endUnplannedRun(run, 'the revision is gone', now);

  it('fails the run, and says what was lost', () => {
    expect(status).toMatchObject({
      ...{ phase: 'Failed', reason: 'RevisionLost', message: 'the revision is gone', finishedAt: at },
      ending: { phase: 'Failed', reason: 'RevisionLost' },
      conditions: [
        { type: 'Running', status: 'False', observedGeneration: 3 },
        { type: 'Succeeded', status: 'False', reason: 'RevisionLost' },
      ],
    });
    expect(status.waitingFor).toBeUndefined();
  });

  it('keeps what has ended, and ends what has not', () => {
    expect(status.steps).toEqual([
      run.status?.steps?.[0],
      { path: 'b', phase: 'Cancelled', reason: 'RunCancelled', finishedAt: at },
      {
        ...{ path: 'c', phase: 'Cancelled', reason: 'RunCancelled', finishedAt: at },
        attempts: [
          { number: 1, result: 'Disrupted' },
          { number: 2, result: 'Cancelled', reason: 'RunCancelled', finishedAt: at },
        ],
      },
    ]);
  });

  it('leaves a run without steps without any', () => {
    expect(endUnplannedRun({ ...run, status: {} }, 'gone', now)).not.toHaveProperty('steps');
  });
});
