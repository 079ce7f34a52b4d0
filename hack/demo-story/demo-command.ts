/** `./hack/demo`: the main story on a real cluster, from nothing. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/cluster-error.ts';
import { startCluster, stopCluster, type Cluster } from '../cluster/cluster.ts';
import { freePort } from '../cluster/free-port.ts';
import { defaultInstance, instancePaths } from '../cluster/paths.ts';
import { ensureImages } from '../operator-process/ensure-images.ts';
import { installServer, waitForServer } from '../operator-process/install-server.ts';
import { kubectlOf, type Kubectl } from '../operator-process/kubectl.ts';
import { installOperator, outsideFlags, startOperator, waitUntilReady } from '../operator-process/operator-process.ts';
import { showApproval } from './show-approval.ts';
import { type ModelServer, showCouncil } from './show-council.ts';
import { showPipelines } from './show-pipelines.ts';
import { showStory } from './show-story.ts';

const usage = `usage: ./hack/demo [--instance NAME] [--context NAME] [--model-url URL --model NAME] [--install] [--down]

  --instance NAME  name of the cluster that is started; default by default
  --context NAME   use the cluster of this kubeconfig context instead
  --model-url URL  OpenAI-compatible API that the agents ask, as pods reach it; a stand-in without a model by default
  --model NAME     name of the model there
  --install        install missing system packages (Debian, as root)
  --down           remove what the demo made, the embedded cluster included`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const namespace = 'conclave-demo';

const inNamespace = (...args: readonly string[]) => ['-n', namespace, ...args];

async function showVerdicts(kubectl: Kubectl): Promise<void> {
  say(
    `\nTwo pipelines are applied to the namespace ${namespace}: one is right, one has a misspelled field inside a loop.`,
  );
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  const samples = ['config/samples/hello.yaml', 'config/samples/broken/misspelled-step.yaml'];
  await kubectl(inNamespace('apply', '--server-side', ...samples.flatMap((file) => ['-f', file])));
  await kubectl(inNamespace('wait', '--for=condition=Valid=True', '--timeout=60s', 'pipeline/hello'));
  await kubectl(inNamespace('wait', '--for=condition=Valid=False', '--timeout=60s', 'pipeline/misspelled-step'));
  await showPipelines(kubectl, { namespace, say });
}

async function prepareRuns(kubectl: Kubectl, { instance, install }: { instance: string; install: boolean }) {
  await ensureImages(kubectl, { instance, install, report: say });
  await installServer(kubectl);
}

interface DemoOptions {
  readonly install: boolean;
  readonly model: ModelServer | undefined;
}

async function run({ instance, provider }: Cluster, { install, model }: DemoOptions): Promise<void> {
  const kubectl = kubectlOf(instance);
  // The operator runs on this machine, and reaches Services of the embedded cluster alone.
  const canRun = provider.kind === 'embedded';
  await installOperator(kubectl);
  say('the CRDs, the rights and the policies of the operator are installed');
  if (canRun) await prepareRuns(kubectl, { instance, install });
  const healthPort = await freePort();
  const folder = join(instancePaths(instance).folder, 'operator');
  const logFile = join(folder, 'operator.log');
  const flags = ['--health-port', String(healthPort), ...outsideFlags(instance)];
  const operator = await startOperator(kubectl, { folder, logFile, flags });
  try {
    await waitUntilReady(operator, { healthPort, timeoutMs: 60_000 });
    say(`the operator is ready (its log: ${logFile})`);
    await showVerdicts(kubectl);
    if (canRun) await waitForServer(kubectl, 120);
    if (canRun) {
      await showStory(instance, { kubectl, namespace, say });
      await showApproval({ kubectl, namespace, say });
      await showCouncil(instance, { kubectl, namespace, say, model });
    } else say(`\n${withoutRun}`);
  } finally {
    await operator.stop();
  }
  say(farewell(instance));
}

const withoutRun = `The operator runs on this machine here, from where Services of this cluster are not reached. The run of a
story needs a cluster of ours: ./hack/up --embedded --instance story && ./hack/demo --instance story`;

const farewell = (instance: string) => `
The operator has ended; the cluster goes on. Look around, run all samples, and take it down when you have seen enough:
  ./hack/run --instance ${instance}
  ./hack/kubectl --instance ${instance} apply -f config/samples/
  ./hack/kubectl --instance ${instance} get workitems --watch
  ./hack/kubectl --instance ${instance} explain pipeline.spec.steps
  ./hack/demo --instance ${instance} --down`;

function modelServer(values: { readonly 'model-url'?: string; readonly model?: string }): ModelServer | undefined {
  const { 'model-url': url, model: name } = values;
  if (url === undefined && name === undefined) return undefined;
  if (url === undefined || name === undefined) throw new Error('--model-url and --model go together');
  return { url, name };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      instance: { type: 'string' },
      context: { type: 'string' },
      'model-url': { type: 'string' },
      model: { type: 'string' },
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
  const model = modelServer(values);
  const cluster = await startCluster({
    instance,
    install,
    report: say,
    ...(context !== undefined && { provider: { kind: 'context', context } }),
  });
  await run(cluster, { install, model });
}

try {
  await main();
} catch (error) {
  const hint = error instanceof ClusterError && error.hint !== undefined ? `\n${error.hint}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = 1;
}
