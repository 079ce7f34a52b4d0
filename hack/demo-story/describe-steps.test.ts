import { describe, expect, it } from 'vitest';
import { describeChanges, type ShownStep } from './describe-steps.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const done = { phase: 'Succeeded', startedAt: at(0), finishedAt: at(2.5) };

const steps: readonly ShownStep[] = [
  { path: 'get', ...done },
  { path: 'each', ...done, iterations: { count: 2 } },
  { path: 'ask', phase: 'Running', attempts: [{}, {}] },
  { path: 'each[0].sum', ...done },
  { path: 'each[1].sum', ...done, reason: 'CacheHit' },
  { path: 'choose', ...done, branch: 'ifTrue' },
  { path: 'other', phase: 'Skipped', message: 'the branch ifTrue was taken' },
];

describe('describeChanges', () => {
  it('tells of what began, and of what stands elsewhere than before', () => {
    const before = [{ path: 'get', phase: 'Running' }];
    const after = [
      { path: 'get', ...done },
      { path: 'ask', phase: 'Failed', reason: 'TimedOut' },
    ];
    expect(describeChanges(before, after)).toEqual([
      '  ✓ get                          2.5 s',
      '  ✗ ask                          TimedOut',
    ]);
  });

  it('tells of each step how long, how often and why; steps of loops are indented', () => {
    expect(describeChanges([], steps)).toEqual([
      '  ✓ get                          2.5 s',
      '  ✓ each                         2.5 s, 2 items',
      '  ▸ ask                          attempt 2',
      '    ✓ [0].sum                    2.5 s',
      '    ✓ [1].sum                    2.5 s, from the cache',
      '  ✓ choose                       2.5 s, ifTrue',
      '  - other                        the branch ifTrue was taken',
    ]);
  });

  it('is silent where nothing has changed', () => {
    expect(describeChanges(steps, steps)).toEqual([]);
  });
});
