import { describe, expect, it } from 'vitest';
import { addTallies, renderTally, tallyVitest, type VitestReport } from './tally.ts';

const aReport = (overrides: Partial<VitestReport> = {}): VitestReport => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  success: true,
  ...overrides,
});

describe('tallyVitest', () => {
  it('counts what vitest counted', () => {
    expect(tallyVitest(aReport({ numFailedTests: 2, numPendingTests: 1, success: false }), 1)).toEqual({
      passed: 5,
      failed: 2,
      skipped: 1,
    });
  });

  it('counts a failure when every test passed but vitest failed', () => {
    expect(tallyVitest(aReport(), 1).failed).toBe(1);
    expect(tallyVitest(aReport({ success: false }), 0).failed).toBe(1);
  });

  it('counts a failure when there was no test, no report, or vitest was killed', () => {
    expect(tallyVitest(aReport({ numPassedTests: 0 }), 0).failed).toBe(1);
    expect(tallyVitest(undefined, 0).failed).toBe(1);
    expect(tallyVitest(aReport(), null).failed).toBe(1);
  });
});

describe('renderTally', () => {
  it('says how many passed and failed', () => {
    expect(renderTally({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  });

  it('says what was skipped', () => {
    expect(renderTally({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });
});

describe('addTallies', () => {
  it('adds each number', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(addTallies(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
