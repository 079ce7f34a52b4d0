/** `./hack/test`: installs what the tests need, runs them, and ends with how many passed and failed. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, stopCluster } from '../cluster/cluster.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import { ensurePrerequisites } from '../cluster/prerequisites.ts';
import { ensureImages } from '../operator-process/ensure-images.ts';
import { kubectlOf } from '../operator-process/kubectl.ts';
import { chooseMutations } from '../mutation/mutations.ts';
import { printTried } from '../mutation/print-tried.ts';
import { tryMutations } from '../mutation/try-mutations.ts';
import { grantedRights } from '../rights/granted-rights.ts';
import { judgeRights } from '../rights/judge-rights.ts';
import { readUsedRights, usedRightsFolder } from '../rights/used-rights.ts';
import { parseArguments, type Suite, type TestArguments } from './arguments.ts';
import { checkCoreCoverage } from './core-coverage.ts';
import { runChecks, runVitest } from './run-suite.ts';
import { installVllm, isVllmInstalled } from '../vllm/vllm-server.ts';
import { addTallies, emptyTally, renderTally, tallyOne, type Tally } from './tally.ts';

/** The cluster of integration tests. */
const testInstance = 'test';

const report = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function runSuite(suite: Suite, { filters }: TestArguments): Promise<Tally> {
  report(`\n── ${suite} ──`);
  if (suite === 'checks') return filters.length === 0 ? runChecks() : emptyTally;
  if (suite === 'unit') return runUnit(filters);
  if (suite === 'mutation') return runMutations(filters);
  if (suite === 'vllm') await installVllm(report);
  await ensurePrerequisites(['tests'], { needsGo: false, install: true, report });
  if (suite === 'e2e') return runEndToEnd(filters);
  try {
    const { kubeconfig } = await startCluster({ instance: testInstance, install: true, report });
    return await runVitest(suite, { filters, env: { CONCLAVE_TEST_KUBECONFIG: kubeconfig } });
  } finally {
    await stopCluster(testInstance);
  }
}

/** In whole, stories share one cluster, whose nodes load the images once; each test starts its own otherwise. */
async function runEndToEnd(filters: readonly string[]): Promise<Tally> {
  if (filters.length > 0) return runVitest('e2e', { filters });
  // A new one each time: what a run that was killed has left, or another clone's, has images and pods of other code.
  const instance = `test-stories-${randomBytes(3).toString('hex')}`;
  try {
    await startCluster({ instance, provider: { kind: 'embedded' }, install: true, report });
    await ensureImages(kubectlOf(instance), { instance, install: true, report });
    return await runVitest('e2e', { filters, env: { CONCLAVE_E2E_SHARED: instance } });
  } finally {
    await stopCluster(instance);
  }
}

async function runUnit(filters: readonly string[]): Promise<Tally> {
  const tally = await runVitest('unit', { filters });
  return filters.length === 0 ? addTallies(tally, await checkCoreCoverage(report)) : tally;
}

/** Each mutation counts as one test, which passes when it is caught. */
async function runMutations(filters: readonly string[]): Promise<Tally> {
  const tried = await tryMutations(chooseMutations(filters), { workers: 2, report });
  if (tried.length > 0) report(printTried(tried));
  return tried
    .map(({ mutation, verdict }) => tallyOne(`mutation ${mutation.name}: ${verdict}`, verdict === 'caught'))
    .reduce(addTallies, emptyTally);
}

const rightsFolder = join(repositoryRoot, '.cache/used-rights');

/** Whether all runs in which the operator acts as itself: what it has not used then, it does not need. */
const usesAllRights = ({ suites, filters }: TestArguments) =>
  filters.length === 0 && ['integration', 'e2e'].every((suite) => suites.includes(suite as Suite));

/** Each right of the operator has to be used by some test: counts as one. */
function checkRights(): Tally {
  const { lines, tally } = judgeRights(grantedRights(), readUsedRights(rightsFolder));
  for (const line of lines) report(line);
  return tally;
}

/** A suite that cannot begin counts as one failure, and the others still run. */
async function trySuite(suite: Suite, options: TestArguments): Promise<Tally> {
  const startedAt = Date.now();
  try {
    return await runSuite(suite, options);
  } catch (error) {
    const { message, hint } = error as Error & { readonly hint?: string };
    report(`${suite} could not run: ${message}${hint === undefined ? '' : `\n${hint}`}`);
    return tallyOne(`${suite}, which could not run`, false);
  } finally {
    report(`── ${suite} took ${Math.round((Date.now() - startedAt) / 1000)} s ──`);
  }
}

async function main(): Promise<void> {
  process.chdir(repositoryRoot);
  rmSync(rightsFolder, { recursive: true, force: true });
  process.env[usedRightsFolder] = rightsFolder;
  const hasVllm = isVllmInstalled() || process.env['CONCLAVE_TEST_VLLM'] === '1';
  const options = parseArguments(process.argv.slice(2), hasVllm);
  let tally = emptyTally;
  for (const suite of options.suites) tally = addTallies(tally, await trySuite(suite, options));
  if (usesAllRights(options)) tally = addTallies(tally, checkRights());
  report(`\n${renderTally(tally)}`);
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
