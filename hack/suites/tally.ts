/** How many tests, or checks, ended how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0 };

/** Both together. */
export function addTallies(left: Tally, right: Tally): Tally {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** The line that a run ends with: `12 passed, 0 failed`. */
export function renderTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/** What vitest's JSON report says, as far as it is read here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

/**
 * Counts a run of vitest. A run that went wrong beside its tests (an unhandled error, a file that could not be loaded, no
 * test at all, no report) counts as a failure: nothing that failed may look like a pass.
 */
export function tallyVitest(report: VitestReport | undefined, exitCode: number | null): Tally {
  if (report === undefined) return { ...emptyTally, failed: 1 };
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, success } = report;
  const wentWrong = exitCode !== 0 || !success || passed + numFailedTests === 0;
  return {
    passed,
    failed: numFailedTests === 0 && wentWrong ? 1 : numFailedTests,
    skipped: numPendingTests + numTodoTests,
  };
}
