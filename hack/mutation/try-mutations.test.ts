import { describe, expect, it } from 'vitest';
import { judgeOutcome } from './try-mutations.ts';

describe('judgeOutcome', () => {
  it('calls a mutation caught when a test failed by it', () => {
    expect(judgeOutcome({ outcome: 'failed', by: 'runs once' })).toEqual({ verdict: 'caught', by: 'runs once' });
  });

  it('calls one caught that keeps the tests from ending', () => {
    expect(judgeOutcome({ outcome: 'overdue' })).toEqual({
      verdict: 'caught',
      by: 'the tests did not end within 300 s',
    });
  });

  it('calls one that no test noticed a survivor', () => {
    expect(judgeOutcome({ outcome: 'passed', passed: 7 })).toEqual({ verdict: 'survived', by: '' });
  });

  it('does not call one caught that only keeps the code from loading', () => {
    expect(judgeOutcome({ outcome: 'broken', message: 'Unexpected token' })).toEqual({
      verdict: 'broken',
      by: 'Unexpected token',
    });
  });
});
