/** `./hack/demo`: the main story on a real cluster, from nothing. */
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/cluster-error.ts';
import { startCluster, stopCluster, type Cluster } from '../cluster/cluster.ts';
import { readInstanceState } from '../cluster/instance-state.ts';
import { defaultInstance, instancePaths } from '../cluster/paths.ts';
import { ensureImages } from '../operator-process/ensure-images.ts';
import { kubectlOf, type Kubectl } from '../operator-process/kubectl.ts';
import { checkMachine } from './check-machine.ts';
import { builtImages, type ImageNames, parseImage } from './image-names.ts';
import { installConclave, uninstallConclave } from './install-conclave.ts';
import type { Deciders } from './let-people-decide.ts';
import { type ModelServer, shipFeature } from './ship-feature.ts';
import { showPipelines } from './show-pipelines.ts';

const usage = `usage: ./hack/demo [--yes] [--instance NAME] [--context NAME --image REPOSITORY:TAG]
                   [--model-url URL --model NAME] [--install] [--down]

  --yes            decide for the people of the story; otherwise it waits for you, and says by which commands
  --instance NAME  name of the cluster that is started; default by default
  --context NAME   use the cluster of this kubeconfig context instead
  --image NAME:TAG where its nodes find the images that ./hack/image builds: NAME, NAME-runtime and NAME-model-sim
  --model-url URL  OpenAI-compatible API that the agents ask, as pods reach it; a stand-in without a model by default
  --model NAME     name of the model there
  --install        install missing system packages (Debian, as root)
  --down           remove what the demo made: the cluster, or of one that is yours the release and the namespaces`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const namespace = 'conclave-demo';
const verdicts = 'conclave-verdicts';

/** What is wrong with a pipeline stands in its status, before anything runs. */
async function showVerdicts(kubectl: Kubectl): Promise<void> {
  say(
    `\nTwo pipelines are applied to the namespace ${verdicts}: one is right, one has a misspelled field inside a loop.`,
  );
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: verdicts } };
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  const samples = ['config/samples/hello.yaml', 'config/samples/broken/misspelled-step.yaml'];
  const inNamespace = (...args: readonly string[]) => kubectl(['-n', verdicts, ...args]);
  await inNamespace('apply', '--server-side', ...samples.flatMap((file) => ['-f', file]));
  await inNamespace('wait', '--for=condition=Valid=True', '--timeout=60s', 'pipeline/hello');
  await inNamespace('wait', '--for=condition=Valid=False', '--timeout=60s', 'pipeline/misspelled-step');
  await showPipelines(kubectl, { namespace: verdicts, say });
}

interface DemoOptions {
  readonly install: boolean;
  readonly model: ModelServer | undefined;
  readonly deciders: Deciders;
  /** Undefined for those that are built and loaded here. */
  readonly images: ImageNames | undefined;
}

async function run({ instance }: Cluster, { install, model, deciders, images }: DemoOptions): Promise<void> {
  const kubectl = kubectlOf(instance);
  if (images === undefined) await ensureImages(kubectl, { instance, install, report: say });
  await installConclave(kubectl, { instance, images: images ?? builtImages, say });
  say('Conclave is installed by its chart, and ready');
  await showVerdicts(kubectl);
  await shipFeature({ instance, kubectl, namespace, say }, { model, deciders, images: images ?? builtImages });
  say(farewell(instance));
}

const farewell = (instance: string) => `
The cluster goes on, and Conclave in it. Look around, try the first pipeline, and take it down when you have seen enough:
  ./hack/kubectl --instance ${instance} -n ${namespace} get workitem free-delivery -o yaml
  ./hack/kubectl --instance ${instance} -n ${namespace} get pods,councils
  ./hack/kubectl --instance ${instance} apply -f config/samples/hello.yaml -f config/samples/hello-run.yaml
  ./hack/kubectl --instance ${instance} get workitems --watch
  ./hack/demo --instance ${instance} --down`;

/** Of a cluster of the user's own only what the demo made goes. */
async function remove(instance: string): Promise<void> {
  if (readInstanceState(instancePaths(instance))?.kind === 'context') {
    await kubectlOf(instance)(['delete', 'namespace', namespace, verdicts, '--ignore-not-found']);
    await uninstallConclave({ instance, say });
  }
  await stopCluster(instance);
}

function modelServer(values: { readonly 'model-url'?: string; readonly model?: string }): ModelServer | undefined {
  const { 'model-url': url, model: name } = values;
  if (url === undefined && name === undefined) return undefined;
  if (url === undefined || name === undefined) throw new Error('--model-url and --model go together');
  return { url, name };
}

/** Undefined for those that are built here and loaded into the nodes, which a cluster of the user's own does not let. */
function imagesOf(values: { readonly context?: string; readonly image?: string }): ImageNames | undefined {
  if (values.image !== undefined) return parseImage(values.image);
  if (values.context === undefined) return undefined;
  throw new ClusterError('the nodes of a cluster of your own pull the images from a registry', {
    hint: 'build them with ./hack/image --no-load --tag REPOSITORY:TAG, push all three, and say --image REPOSITORY:TAG',
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      instance: { type: 'string' },
      context: { type: 'string' },
      image: { type: 'string' },
      yes: { type: 'boolean' },
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
    await remove(instance);
    return;
  }
  const { context, install = false, yes = false } = values;
  const model = modelServer(values);
  const images = imagesOf(values);
  const requested = context === undefined ? undefined : ({ kind: 'context', context } as const);
  await checkMachine({ instance, requested, buildsImages: images === undefined, install, report: say });
  const cluster = await startCluster({ instance, install, report: say, ...(requested && { provider: requested }) });
  await run(cluster, { install, model, images, deciders: yes ? 'demo' : 'reader' });
}

try {
  await main();
} catch (error) {
  const hint = error instanceof ClusterError && error.hint !== undefined ? `\n${error.hint}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = 1;
}
