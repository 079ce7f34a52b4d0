import { describe, expect, it } from 'vitest';
import { filesToRunAgain, type SuiteRun, tallyBoth } from './run-again.ts';

type Status = 'passed' | 'failed' | 'skipped';

/** A run of files, each with how its tests ended, by their names. */
function aRun(files: Readonly<Record<string, Readonly<Record<string, Status>>>>, beside: string[] = []): SuiteRun {
  const testResults = Object.entries(files).map(([name, tests]) => ({
    name: `${process.cwd()}/${name}`,
    status: Object.values(tests).includes('failed') ? 'failed' : 'passed',
    assertionResults: Object.entries(tests).map(([fullName, status]) => ({
      ...{ fullName, status },
      ...(status === 'failed' && { failureMessages: [`Error: ${fullName} at ${Math.random()}`] }),
    })),
  }));
  const all = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const numFailedTests = all.filter((status) => status === 'failed').length;
  const success = numFailedTests === 0 && beside.length === 0;
  const report = {
    ...{ numPassedTests: all.filter((status) => status === 'passed').length, numFailedTests },
    ...{ numPendingTests: all.filter((status) => status === 'skipped').length, numTodoTests: 0, success, testResults },
  };
  return { report, exitCode: success ? 0 : 1, beside };
}

const besideOf = (file: string) => `${process.cwd()}/${file}: Error: lost`;

describe('filesToRunAgain', () => {
  it('are those in which a test failed, or something beside the tests', () => {
    const run = aRun({ 'a.ts': { one: 'failed' }, 'b.ts': { two: 'passed' }, 'c.ts': { three: 'passed' } }, [
      besideOf('c.ts'),
    ]);
    expect(filesToRunAgain(run)).toEqual(['a.ts', 'c.ts']);
  });

  it('are none when all went well', () => {
    expect(filesToRunAgain(aRun({ 'a.ts': { one: 'passed' } }))).toEqual([]);
  });

  it('are none when nobody knows where something failed', () => {
    const files = { 'a.ts': { one: 'failed' } } as const;
    expect(filesToRunAgain(aRun(files, ['Error: lost']))).toEqual([]);
    expect(filesToRunAgain({ report: undefined, exitCode: 1, beside: [] })).toEqual([]);
  });

  it('are none when more failed than chance explains', () => {
    const four = Object.fromEntries(['a.ts', 'b.ts', 'c.ts', 'd.ts'].map((name) => [name, { one: 'failed' }] as const));
    expect(filesToRunAgain(aRun(four))).toEqual([]);
  });
});

describe('tallyBoth', () => {
  const first = aRun({ 'a.ts': { one: 'failed', two: 'passed' }, 'b.ts': { three: 'passed', four: 'skipped' } });

  it('tells what passes at the second time as flaky, with how it failed', () => {
    const tally = tallyBoth(first, aRun({ 'a.ts': { one: 'passed', two: 'passed' } }));
    expect(tally).toMatchObject({ passed: 3, failed: 0, skipped: 1 });
    expect(tally.flaky).toEqual([expect.stringMatching(/^a\.ts: one\n {2}Error: one at /)]);
    expect(tally.failures).toBeUndefined();
  });

  it('counts what fails twice as failed', () => {
    const tally = tallyBoth(first, aRun({ 'a.ts': { one: 'failed', two: 'passed' } }));
    expect(tally).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
    expect(tally.failures).toEqual([expect.stringMatching(/^a\.ts: one\n/)]);
    expect(tally.flaky).toBeUndefined();
  });

  it('counts what fails only at the second time as failed, and what failed at first as flaky', () => {
    const tally = tallyBoth(first, aRun({ 'a.ts': { one: 'passed', two: 'failed' } }));
    expect(tally).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
    expect(tally.failures).toEqual([expect.stringMatching(/^a\.ts: two\n/)]);
    expect(tally.flaky).toEqual([expect.stringMatching(/^a\.ts: one\n/)]);
  });

  it('tells an error beside the tests that does not come again', () => {
    const tally = tallyBoth(
      aRun({ 'a.ts': { one: 'passed' } }, [besideOf('a.ts')]),
      aRun({ 'a.ts': { one: 'passed' } }),
    );
    expect(tally).toMatchObject({ passed: 1, failed: 0 });
    expect(tally.flaky).toEqual([expect.stringContaining('a.ts: Error: lost')]);
  });

  it('takes a second run that tells nothing for a failure', () => {
    const tally = tallyBoth(first, { report: undefined, exitCode: null, beside: [] });
    expect(tally.failed).toBeGreaterThan(0);
  });
});
