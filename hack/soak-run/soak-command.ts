/** `./hack/soak`: many runs, an API server that misbehaves at random, an operator that is killed again and again. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../operator/src/testing/seeded-random.ts';
import { startCluster, stopCluster } from '../cluster/cluster.ts';
import { runCommand } from '../suites/run-command.ts';
import { ClusterError } from '../cluster/cluster-error.ts';
import { kubectlOf } from '../operator-process/kubectl.ts';
import { installOperator } from '../operator-process/operator-process.ts';
import { writeOperatorKubeconfig } from '../operator-process/operator-kubeconfig.ts';
import { FaultProxy } from '../../operator/src/testing/fault-proxy.ts';
import { MortalOperator } from './mortal-operator.ts';
import { SoakWork } from './soak-work.ts';

const usage = `usage: ./hack/soak [--steps N] [--seed N] [--fault-rate P] [--minutes N] [--instance NAME] [--install] [--keep]

Runs N steps (3,000 by default, ten a work item) on fake nodes while requests to the API server fail at random and the
operator is killed every few seconds. Ends with 0 when nothing was lost, nothing accepted twice and no Job forgotten.

  --seed N          of all that is random; printed, to try again
  --fault-rate P    share of requests that something happens to (0.02)
  --minutes N       longest time (30)
  --keep            leave the cluster running`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function parseOptions() {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '3000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      'fault-rate': { type: 'string', default: '0.02' },
      minutes: { type: 'string', default: '30' },
      instance: { type: 'string', default: 'soak' },
      install: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const numbers = [values.steps, values.seed, values['fault-rate'], values.minutes].map(Number);
  if (numbers.some((number) => !Number.isFinite(number) || number < 0)) throw new Error(usage);
  const [steps = 0, seed = 0, faultRate = 0, minutes = 0] = numbers;
  return { ...values, steps, seed, faultRate, minutes };
}

async function main(): Promise<void> {
  const options = parseOptions();
  if (options.help) {
    say(usage);
    return;
  }
  const { instance, install, seed, faultRate, minutes } = options;
  if ((await runCommand('npm', ['run', '--silent', 'build'])) !== 0) throw new Error('npm run build failed');
  await startCluster({ instance, install, fakeNodes: 20, provider: { kind: 'embedded' }, report: say });
  const folder = mkdtempSync(join(tmpdir(), 'conclave-soak-'));
  try {
    const kubectl = kubectlOf(instance);
    await installOperator(kubectl);
    const account = await writeOperatorKubeconfig(kubectl, folder);
    const place = { namespace: 'fake', workItems: Math.ceil(options.steps / 10), stepsEach: 10 };
    const work = await SoakWork.begin(kubectl, { ...place, name: randomUUID().slice(0, 8) });
    say(`seed ${seed}: ${place.workItems} work items of ${place.stepsEach} steps`);
    const proxy = await FaultProxy.start(account.file);
    proxy.misbehave({ seed, rate: faultRate });
    const lease = ['-n', 'conclave-system', 'delete', 'lease', 'conclave-operator', '--ignore-not-found'];
    const release = () => kubectl(lease).catch(() => undefined);
    const operator = new MortalOperator(proxy.kubeconfig, { folder, random: seededRandom(seed), release });
    const verdict = await work.follow(operator, { minutes, say });
    await operator.end();
    await proxy.close();
    account.stop();
    report(verdict, { kills: operator.kills, faults: proxy.injected.length });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!options.keep) await stopCluster(instance);
  }
}

function report(
  verdict: Awaited<ReturnType<SoakWork['follow']>>,
  { kills, faults }: { kills: number; faults: number },
): void {
  const { succeeded, steps, repeated, lost, acceptedTwice, unrecorded } = verdict;
  say(`${succeeded} runs succeeded with ${steps} steps; ${repeated} attempts were repeated`);
  say(`${kills} kills of the operator, ${faults} faults of the API server`);
  for (const [what, found] of Object.entries({ lost, 'accepted twice': acceptedTwice, 'not recorded': unrecorded })) {
    say(`${what}: ${found.length}`);
    for (const each of found.slice(0, 20)) say(`  ${each}`);
  }
  process.exitCode = lost.length + acceptedTwice.length + unrecorded.length === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  const hint = error instanceof ClusterError && error.hint !== undefined ? `\n${error.hint}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = 2;
}
// Node's own clean-up has been seen to go round in circles after so many connections were cut.
process.exit();
