import { describe, expect, it } from 'vitest';
import { judgeReport, type TestsOutcome } from './run-tests.ts';

const aReport = (statuses: readonly string[], more: object = {}) =>
  JSON.stringify({
    numPassedTests: statuses.filter((status) => status === 'passed').length,
    success: !statuses.includes('failed'),
    testResults: [
      { message: '', assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index}` })) },
    ],
    ...more,
  });

describe('judgeReport', () => {
  const cases: Record<string, { report: string; status: number; expected: TestsOutcome }> = {
    'passes when every test did': {
      report: aReport(['passed', 'passed']),
      status: 0,
      expected: { outcome: 'passed', passed: 2 },
    },
    'names the test that failed': {
      report: aReport(['passed', 'failed', 'skipped']),
      status: 1,
      expected: { outcome: 'failed', by: 'test 1' },
    },
    'takes a file that does not load for no failed test': {
      report: aReport([], { success: false, testResults: [{ message: 'Unexpected token', assertionResults: [] }] }),
      status: 1,
      expected: { outcome: 'broken', message: 'Unexpected token' },
    },
    'takes a run without tests for no pass': {
      report: aReport([]),
      status: 0,
      expected: { outcome: 'broken', message: 'the end' },
    },
    'takes an error beside the tests for no pass': {
      report: aReport(['passed']),
      status: 1,
      expected: { outcome: 'broken', message: 'the end' },
    },
    'tells what was said when there is no report': {
      report: '{"numPassed',
      status: 1,
      expected: { outcome: 'broken', message: 'the end' },
    },
  };
  it.each(Object.entries(cases))('%s', (_, { report, status, expected }) => {
    expect(judgeReport(report, { status, said: 'the end' })).toEqual(expected);
  });
});
