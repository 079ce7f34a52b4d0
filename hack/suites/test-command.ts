/** `./hack/test`: installs what the tests need, runs them, and ends with how many passed and failed. */
import { startCluster, stopCluster } from '../cluster/cluster.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import { parseArguments, type Suite, type TestArguments } from './arguments.ts';
import { runChecks, runVitest } from './run-suite.ts';
import { addTallies, emptyTally, renderTally, type Tally } from './tally.ts';

const instance = 'test';

const report = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function runSuite(suite: Suite, { filters }: TestArguments): Promise<Tally> {
  report(`\n── ${suite} ──`);
  if (suite === 'checks') return filters.length === 0 ? runChecks() : emptyTally;
  if (suite === 'unit') return runVitest(suite, { filters });
  const { kubeconfig } = await startCluster({ instance, install: true, report });
  return runVitest(suite, { filters, env: { CONCLAVE_TEST_KUBECONFIG: kubeconfig } });
}

/** A suite that cannot begin counts as one failure, and the others still run. */
async function trySuite(suite: Suite, options: TestArguments): Promise<Tally> {
  const startedAt = Date.now();
  try {
    return await runSuite(suite, options);
  } catch (error) {
    const { message, hint } = error as Error & { readonly hint?: string };
    report(`${suite} could not run: ${message}${hint === undefined ? '' : `\n${hint}`}`);
    return { ...emptyTally, failed: 1 };
  } finally {
    report(`── ${suite} took ${Math.round((Date.now() - startedAt) / 1000)} s ──`);
  }
}

async function main(): Promise<void> {
  process.chdir(repositoryRoot);
  const options = parseArguments(process.argv.slice(2));
  let tally = emptyTally;
  try {
    for (const suite of options.suites) tally = addTallies(tally, await trySuite(suite, options));
  } finally {
    await stopCluster(instance);
  }
  report(`\n${renderTally(tally)}`);
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
