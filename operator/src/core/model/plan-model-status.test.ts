import { describe, expect, it } from 'vitest';
import type { ModelStatus } from '../../api/model.ts';
import { aModel } from '../../testing/a-world.ts';
import { describeReadiness, type ModelFindings, planModelStatus } from './plan-model-status.ts';

const now = new Date('2026-11-28T12:00:00Z');
const later = new Date('2026-11-28T12:05:00Z');
const ready: ModelFindings = { isReady: true, reason: 'Available', message: 'it answers', contextLength: 4096 };
const gone: ModelFindings = { isReady: false, reason: 'Unreachable', message: 'nobody answers' };

function plan(findings: ModelFindings, status?: ModelStatus, { generation = 1, at = now } = {}): ModelStatus {
  const model = aModel('large');
  const metadata = { ...model.metadata, generation };
  return planModelStatus({ model: { ...model, metadata, ...(status && { status }) }, findings, now: at });
}

describe('the status of a Model', () => {
  it('says what was found, and for which generation', () => {
    expect(plan({ ...ready, url: 'http://x/v1' }, undefined, { generation: 3 })).toEqual({
      ...{ observedGeneration: 3, url: 'http://x/v1', contextLength: 4096 },
      conditions: [
        {
          ...{ type: 'Ready', status: 'True', reason: 'Available', message: 'it answers', observedGeneration: 3 },
          lastTransitionTime: now.toISOString(),
        },
      ],
    });
  });

  it('stays the same while nothing is new', () => {
    const first = plan(ready);
    expect(plan(ready, first, { at: later })).toEqual(first);
  });

  it('keeps what the server said of this spec while it is away, and forgets it with another spec', () => {
    const first = plan(ready);
    expect(plan(gone, first, { at: later })).toMatchObject({ contextLength: 4096 });
    expect(plan(gone, first, { at: later, generation: 2 })).not.toHaveProperty('contextLength');
  });

  it('keeps no length that the server does not say any more', () => {
    expect(plan({ ...ready, contextLength: undefined }, plan(ready))).not.toHaveProperty('contextLength');
  });
});

describe('what is told of a Model', () => {
  it('is that it is ready, and why it is not, once each', () => {
    expect(describeReadiness(undefined, plan(ready))).toMatchObject({ type: 'Normal', reason: 'Available' });
    expect(describeReadiness(plan(ready), plan(gone))).toMatchObject({ type: 'Warning', reason: 'Unreachable' });
    expect(describeReadiness(plan(gone), plan({ ...gone, message: 'still nobody' }))).toBeUndefined();
  });

  it('is no warning while it starts or sleeps', () => {
    expect(describeReadiness(plan(ready), plan({ ...gone, reason: 'Asleep' }))).toMatchObject({ type: 'Normal' });
  });
});
