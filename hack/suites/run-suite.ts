import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { besideTheTestsFile } from './beside-the-tests.ts';
import { filesToRunAgain, type SuiteRun, tallyBoth } from './run-again.ts';
import { addTallies, emptyTally, tallyOne, tallyVitest, type Tally, type VitestReport } from './tally.ts';
import { runCommand } from './run-command.ts';

const checks = ['verify:format', 'verify:lint', 'verify:types', 'verify:generated'];
const reports = '.cache/test-reports';

/** Format, lint, types and generated files: each counts as one. */
export async function runChecks(): Promise<Tally> {
  let tally = emptyTally;
  for (const check of checks) {
    const good = (await runCommand('npm', ['run', '--silent', check])) === 0;
    process.stdout.write(`${good ? '✓' : '✗'} npm run ${check}\n`);
    tally = addTallies(tally, tallyOne(`npm run ${check}`, good));
  }
  return tally;
}

interface VitestOptions {
  readonly filters: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One suite of vitest. */
export async function runVitest(suite: string, options: VitestOptions): Promise<Tally> {
  const { report, exitCode, beside } = await runOnce(suite, suite, options);
  return tallyVitest(report, exitCode, beside);
}

/**
 * One suite of vitest against a real cluster, whose clocks, network and load nobody has in hand: files in which something
 * failed are run once more. What passes then is told as flaky, so that it is seen and mended.
 */
export async function runOnCluster(suite: string, options: VitestOptions): Promise<Tally> {
  const first = await runOnce(suite, suite, options);
  const files = filesToRunAgain(first);
  if (files.length === 0) return tallyVitest(first.report, first.exitCode, first.beside);
  process.stdout.write(`\n── once more: ${files.join(' ')} ──\n`);
  return tallyBoth(first, await runOnce(suite, `${suite}-again`, { ...options, filters: files }));
}

async function runOnce(project: string, name: string, options: VitestOptions): Promise<SuiteRun> {
  const report = `${reports}/${name}.json`;
  const beside = `${reports}/${name}-beside.json`;
  mkdirSync(reports, { recursive: true });
  for (const file of [report, beside]) rmSync(file, { force: true });
  const exitCode = await runCommand(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      ...['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      '--reporter=./hack/suites/beside-the-tests.ts',
      ...options.filters,
    ],
    { ...options.env, [besideTheTestsFile]: beside },
  );
  return {
    report: readJson(report) as VitestReport | undefined,
    exitCode,
    beside: (readJson(beside) as string[] | undefined) ?? [],
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // vitest died before it wrote it, or while it did; that counts as a failure
  }
}
