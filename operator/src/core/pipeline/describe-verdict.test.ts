import { describe, expect, it } from 'vitest';
import type { PipelineStatus } from '../../api/pipeline.ts';
import { describeVerdict } from './describe-verdict.ts';

const aStatus = (status: 'True' | 'False', message: string): PipelineStatus => ({
  conditions: [{ type: 'Valid', status, reason: 'X', message, lastTransitionTime: '2026-01-05T08:00:00Z' }],
});

describe('describeVerdict', () => {
  it('tells the first verdict', () => {
    expect(describeVerdict(undefined, aStatus('True', 'fits'))).toEqual({
      type: 'Normal',
      reason: 'PipelineValid',
      note: 'fits',
    });
  });

  it('warns when a pipeline becomes invalid, and when it is so for another reason', () => {
    const expected = { type: 'Warning', reason: 'PipelineInvalid', note: 'x is missing' };
    expect(describeVerdict(aStatus('True', 'fits'), aStatus('False', 'x is missing'))).toEqual(expected);
    expect(describeVerdict(aStatus('False', 'y is missing'), aStatus('False', 'x is missing'))).toEqual(expected);
  });

  it('has nothing to tell when the verdict is the same', () => {
    expect(describeVerdict(aStatus('False', 'x is missing'), aStatus('False', 'x is missing'))).toBeUndefined();
  });

  it('has nothing to tell when a valid pipeline has other warnings', () => {
    expect(describeVerdict(aStatus('True', 'fits'), aStatus('True', 'fits, with 1 warning'))).toBeUndefined();
  });

  it('has nothing to tell without a verdict', () => {
    expect(describeVerdict(undefined, {})).toBeUndefined();
  });
});
