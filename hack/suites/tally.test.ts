import { describe, expect, it } from 'vitest';
import { addTallies, renderTally, tallyOne, tallyVitest, type VitestReport } from './tally.ts';

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
    expect(tallyVitest(aReport({ numFailedTests: 2, numPendingTests: 1, success: false }), 1)).toMatchObject({
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

describe('the failures that a tally names', () => {
  const file = (overrides: object) => ({
    name: `${process.cwd()}/a.test.ts`,
    status: 'failed',
    assertionResults: [],
    ...overrides,
  });

  it('are the tests that failed, with their file', () => {
    const assertionResults = [
      { fullName: 'adds numbers', status: 'failed' },
      { fullName: 'takes none', status: 'passed' },
    ];
    const report = aReport({ numFailedTests: 1, testResults: [file({ assertionResults })] });
    expect(tallyVitest(report, 1).failures).toEqual(['a.test.ts: adds numbers']);
  });

  it('say how each failed, by the first lines of its message without colours', () => {
    const failure = `\u001B[31mError\u001B[39m: expected 1 to be 2\n    at a.test.ts:3\n${'    at deeper\n'.repeat(50)}`;
    const assertionResults = [{ fullName: 'adds numbers', status: 'failed', failureMessages: [failure] }];
    const [told = ''] =
      tallyVitest(aReport({ testResults: [file({ assertionResults })], success: false }), 1).failures ?? [];
    expect(told).toMatch(/^a\.test\.ts: adds numbers\n {2}Error: expected 1 to be 2\n {6}at a\.test\.ts:3\n/);
    expect(told.split('\n')).toHaveLength(13);
  });

  it('are files that could not be run', () => {
    expect(tallyVitest(aReport({ success: false, testResults: [file({})] }), 1).failures).toEqual(['a.test.ts']);
  });

  it('are the errors that no test caught', () => {
    const told = tallyVitest(aReport({ success: false }), 1, ['a.test.ts: Error: lost\n  at b.ts']).failures;
    expect(told).toEqual(['beside the tests\n  a.test.ts: Error: lost\n    at b.ts']);
  });

  it('are the exit code of vitest where nothing else is known', () => {
    expect(tallyVitest(aReport(), 7).failures).toEqual(['vitest ended with 7, beside its tests']);
    expect(tallyVitest(undefined, null).failures).toEqual(['vitest left no report, and ended with null']);
  });

  it('are none in a good run', () => {
    expect(tallyVitest(aReport({ testResults: [file({ status: 'passed' })] }), 0).failures).toBeUndefined();
  });

  it('stand before the sum, which stays alone on the last line', () => {
    const both = addTallies(tallyOne('one', false), addTallies(tallyOne('two', true), tallyOne('three', false)));
    expect(renderTally(both)).toBe('failed:\n  one\n  three\n\n1 passed, 2 failed');
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
