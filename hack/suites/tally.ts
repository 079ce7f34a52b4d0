import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** How many tests, or checks, ended how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, by name, and how, on further lines; may say less than `failed` counts. */
  readonly failures?: readonly string[];
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0 };

/** One check by its name. */
export function tallyOne(name: string, isGood: boolean): Tally {
  return isGood ? { ...emptyTally, passed: 1 } : { ...emptyTally, failed: 1, failures: [name] };
}

/** Both together. */
export function addTallies(left: Tally, right: Tally): Tally {
  const failures = [...(left.failures ?? []), ...(right.failures ?? [])];
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    ...(failures.length > 0 && { failures }),
  };
}

/** What a run ends with: what failed, and how, then `12 passed, 0 failed`. */
export function renderTally({ passed, failed, skipped, failures = [] }: Tally): string {
  const sum = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
  return failures.length === 0 ? sum : ['failed:', ...failures.map(indent), '', sum].join('\n');
}

const indent = (text: string) => text.replaceAll(/^/gmu, '  ');

/** What vitest's JSON report says, as far as it is read here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults?: readonly {
    /** The test file. */
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

interface TestResult {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/**
 * Counts a run of vitest. A run that went wrong beside its tests (an unhandled error, a file that could not be loaded, no
 * test at all, no report) counts as a failure: nothing that failed may look like a pass. `besideTests` are the errors that
 * no test caught.
 */
export function tallyVitest(
  report: VitestReport | undefined,
  exitCode: number | null,
  besideTests: readonly string[] = [],
): Tally {
  const beside = besideTests.map((error) => withBeginning('beside the tests', error));
  if (report === undefined) {
    return { ...emptyTally, failed: 1, failures: [`vitest left no report, and ended with ${exitCode}`, ...beside] };
  }
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, success } = report;
  const wentWrong = exitCode !== 0 || !success || passed + numFailedTests === 0;
  const failed = numFailedTests === 0 && wentWrong ? 1 : numFailedTests;
  const failures = [...failuresOf(report), ...beside];
  return {
    passed,
    failed,
    skipped: numPendingTests + numTodoTests,
    ...(failed > 0 && {
      failures: failures.length > 0 ? failures : [`vitest ended with ${exitCode}, beside its tests`],
    }),
  };
}

/** Tests that failed, and files that could not be run. */
function failuresOf({ testResults = [] }: VitestReport): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [withBeginning(file, message)] : [];
    return failed.map(({ fullName, failureMessages }) => withBeginning(`${file}: ${fullName}`, failureMessages?.[0]));
  });
}

/** As much of what failed as tells one failure from another: whoever sees nothing but the end of a log must see it. */
function withBeginning(name: string, failure = ''): string {
  const plain = stripVTControlCharacters(failure).slice(0, 1200).trimEnd();
  return plain === '' ? name : `${name}\n${indent(plain.split('\n').slice(0, 12).join('\n'))}`;
}
