import { relative } from 'node:path';
import { addTallies, tallyVitest, type Tally, type VitestReport } from './tally.ts';

/** One run of vitest, as it is read here. */
export interface SuiteRun {
  readonly report: VitestReport | undefined;
  readonly exitCode: number | null;
  /** Errors that no test caught, each with the test file that ran before a colon, where vitest knows it. */
  readonly beside: readonly string[];
}

/**
 * The test files of a run that are worth another run, as paths from `root`: those in which something failed. None when
 * something failed of which nobody knows where, or when so much failed that it is no chance.
 */
export function filesToRunAgain({ report, beside }: SuiteRun, root = process.cwd()): readonly string[] {
  const { testResults = [] } = report ?? {};
  const failed = testResults.filter((file) => hasFailed(file, beside));
  const isExplained = beside.every((error) => testResults.some(({ name }) => error.startsWith(`${name}: `)));
  return isExplained && failed.length <= mostFiles ? failed.map(({ name }) => relative(root, name)) : [];
}

/** Files that may fail by chance in one run; more are a fault of what they test, and are not worth the time. */
const mostFiles = 3;

type FileResult = NonNullable<VitestReport['testResults']>[number];

const hasFailed = ({ name, status }: FileResult, beside: readonly string[]): boolean =>
  status === 'failed' || beside.some((error) => error.startsWith(`${name}: `));

/**
 * What a suite comes to, once the files in which something failed were run again: what fails again has failed, what passes
 * then is told as flaky, and the rest counts as before.
 */
export function tallyBoth(first: SuiteRun, again: SuiteRun): Tally {
  const before = tallyVitest(first.report, first.exitCode, first.beside);
  const after = tallyVitest(again.report, again.exitCode, again.beside);
  const isStillFailing = (failure: string) => after.failures?.some((other) => title(other) === title(failure)) ?? false;
  const flaky = (before.failures ?? []).filter((failure) => !isStillFailing(failure));
  return addTallies({ ...outsideOf(first, again), ...(flaky.length > 0 && { flaky }) }, after);
}

const title = (failure: string) => failure.split('\n')[0];

/** What passed and was skipped at first in the files that were not run again. */
function outsideOf({ report }: SuiteRun, again: SuiteRun): Tally {
  const repeated = new Set((again.report?.testResults ?? []).map(({ name }) => name));
  const kept = (report?.testResults ?? []).filter(({ name }) => !repeated.has(name));
  const statuses = kept.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passed = statuses.filter((status) => status === 'passed').length;
  const failed = statuses.filter((status) => status === 'failed').length;
  return { passed, failed, skipped: statuses.length - passed - failed };
}
