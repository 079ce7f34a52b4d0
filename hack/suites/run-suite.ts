import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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
  mkdirSync(reports, { recursive: true });
  rmSync(report, { force: true });
  const exitCode = await runCommand(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      ...['run', '--project', suite, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      ...options.filters,
    ],
    options.env,
  );
  return tallyVitest(existsSync(report) ? readReport(report) : undefined, exitCode);
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return undefined; // vitest died while it wrote; that counts as a failure
  }
}
