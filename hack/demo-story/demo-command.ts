/** `./hack/demo`: the main story on a real cluster, from nothing. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/cluster-error.ts';
import { startCluster, stopCluster } from '../cluster/cluster.ts';
import { defaultInstance, instancePaths } from '../cluster/paths.ts';
import { kubectlOf, type Kubectl } from '../operator-process/kubectl.ts';
import { installOperator, startOperator, waitUntilReady } from '../operator-process/operator-process.ts';
import { freePort } from './free-port.ts';
import { showPipelines } from './show-pipelines.ts';

const usage = `usage: ./hack/demo [--instance NAME] [--context NAME] [--install] [--down]

  --instance NAME  name of the cluster that is started; default by default
  --context NAME   use the cluster of this kubeconfig context instead
  --install        install missing system packages (Debian, as root)
  --down           remove what the demo made, the embedded cluster included`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const namespace = 'conclave-demo';

async function showStory(kubectl: Kubectl): Promise<void> {
  say(
    `\nTwo pipelines are applied to the namespace ${namespace}: one is right, one has a misspelled field inside a loop.`,
  );
  await kubectl(['create', 'namespace', namespace]).catch(ignoreExisting);
  const samples = ['config/samples/hello.yaml', 'config/samples/broken/misspelled-step.yaml'];
  await kubectl(['-n', namespace, 'apply', '--server-side', ...samples.flatMap((file) => ['-f', file])]);
  await kubectl(['-n', namespace, 'wait', '--for=condition=Valid=True', '--timeout=60s', 'pipeline/hello']);
  await kubectl(['-n', namespace, 'wait', '--for=condition=Valid=False', '--timeout=60s', 'pipeline/misspelled-step']);
  await showPipelines(kubectl, { namespace, say });
}

function ignoreExisting(error: unknown): void {
  if (!String(error).includes('AlreadyExists')) throw error;
}

async function run(instance: string): Promise<void> {
  const kubectl = kubectlOf(instance);
  await installOperator(kubectl);
  say('the CRDs and the rights of the operator are installed');
  const healthPort = await freePort();
  const folder = join(instancePaths(instance).folder, 'operator');
  const logFile = join(folder, 'operator.log');
  const operator = await startOperator(kubectl, { folder, logFile, flags: ['--health-port', String(healthPort)] });
  try {
    await waitUntilReady(operator, { healthPort, timeoutMs: 60_000 });
    say(`the operator is ready (its log: ${logFile})`);
    await showStory(kubectl);
  } finally {
    await operator.stop();
  }
  say(`\nThe operator has ended; the cluster goes on. Look around, and take it down when you have seen enough:
  ./hack/run --instance ${instance}
  ./hack/kubectl --instance ${instance} -n ${namespace} get pipelines
  ./hack/kubectl --instance ${instance} explain pipeline.spec.steps
  npx conclave validate -f config/samples
  ./hack/demo --instance ${instance} --down`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      instance: { type: 'string' },
      context: { type: 'string' },
      install: { type: 'boolean' },
      down: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const instance = values.instance ?? defaultInstance();
  if (values.help === true) {
    say(usage);
    return;
  }
  if (values.down === true) {
    await stopCluster(instance);
    return;
  }
  const { context, install = false } = values;
  await startCluster({
    instance,
    install,
    report: say,
    ...(context !== undefined && { provider: { kind: 'context', context } }),
  });
  await run(instance);
}

try {
  await main();
} catch (error) {
  const hint = error instanceof ClusterError && error.hint !== undefined ? `\n${error.hint}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = 1;
}
