import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { besideTheTestsFile } from './beside-the-tests.ts';
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

/** One suite of vitest. */
export async function runVitest(
  suite: string,
  options: { readonly filters: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): Promise<Tally> {
  const report = `${reports}/${suite}.json`;
  const beside = `${reports}/${suite}-beside.json`;
  mkdirSync(reports, { recursive: true });
  for (const file of [report, beside]) rmSync(file, { force: true });
  const exitCode = await runCommand(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      ...['run', '--project', suite, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      '--reporter=./hack/suites/beside-the-tests.ts',
      ...options.filters,
    ],
    { ...options.env, [besideTheTestsFile]: beside },
  );
  return tallyVitest(readJson(report) as VitestReport | undefined, exitCode, readJson(beside) as string[] | undefined);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // vitest died before it wrote it, or while it did; that counts as a failure
  }
}
