import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tryCommand } from '../cluster/run-command.ts';

/** How test files ended. */
export type TestsOutcome =
  /** All of them passed. */
  | { readonly outcome: 'passed'; readonly passed: number }
  /** One failed: this one, first. */
  | { readonly outcome: 'failed'; readonly by: string }
  /** They did not end in time. */
  | { readonly outcome: 'overdue' }
  /** None could be run: a file does not load, or vitest failed. */
  | { readonly outcome: 'broken'; readonly message: string };

/** How tests are run. */
export interface TestsOptions {
  /** Test files that run side by side. */
  readonly workers: number;
  readonly timeoutMs: number;
}

/** Runs test files of a tree with vitest, up to the first that fails. */
export async function runTests(
  tree: string,
  files: readonly string[],
  { workers, timeoutMs }: TestsOptions,
): Promise<TestsOutcome> {
  const report = join(tree, 'report.json');
  rmSync(report, { force: true });
  const { status, stdout, stderr } = await tryCommand(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--bail', '1', '--maxWorkers', `${workers}`],
      // Threads end with their process, whatever they are doing.
      ...['--pool', 'threads', '--fsModuleCachePath', join(tree, '.modules')],
      ...['--reporter', 'json', '--outputFile', report],
      ...files,
    ],
    { cwd: tree, timeoutMs },
  );
  if (stderr.endsWith('killed by SIGKILL')) return { outcome: 'overdue' };
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  return judgeReport(text, { status, said: (stderr.trim() || stdout.trim()).slice(-2000) });
}

/** What vitest's JSON report says, as far as it is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Only a test that ran and failed counts as one: a file that does not load has found nothing. */
export function judgeReport(
  text: string,
  { status, said }: { readonly status: number; readonly said: string },
): TestsOutcome {
  const report = parseReport(text);
  if (report === undefined) return { outcome: 'broken', message: said };
  const { numPassedTests, success, testResults } = report;
  const assertions = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = assertions.find((assertion) => assertion.status === 'failed');
  if (failed !== undefined) return { outcome: 'failed', by: failed.fullName };
  if (success && status === 0 && numPassedTests > 0) return { outcome: 'passed', passed: numPassedTests };
  const messages = testResults.map(({ message }) => message).filter((message) => message !== '');
  return { outcome: 'broken', message: messages.join('\n') || said || 'no test ran' };
}

function parseReport(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined; // vitest did not come to its end
  }
}
