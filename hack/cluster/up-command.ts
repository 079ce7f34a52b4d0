/** hack/up: starts a cluster and says how to use it. */
import { parseArgs } from 'node:util';
import { startCluster, type Cluster, type StartOptions } from './cluster.ts';
import { defaultInstance } from './paths.ts';
import { describeProvider, type Provider } from './provider.ts';
import { runMain, UsageError } from './run-main.ts';

const usage = `usage: hack/up [--instance NAME] [--context NAME | --kind | --embedded] [--fake N] [--install]

Starts a Kubernetes cluster, or what of it is not running, and says how to use it.

  --instance NAME   which cluster; several can run side by side (CONCLAVE_INSTANCE, else 'default')
  --context NAME    use the existing cluster of this context of your kubeconfig; nothing is started
  --kind            a cluster in Docker, by kind (hack/kind.yaml)
  --embedded        a cluster of our own on this machine (Linux, as root); no Docker needed
  --fake N          the embedded cluster has N fake nodes with GPUs besides its real one
  --install         install missing Debian packages instead of naming them
Without a choice: what the instance is already, else kind where Docker runs, else the embedded cluster.
State lies in ~/.cache/conclave (CONCLAVE_HOME).`;

const mostFakeNodes = 1000;

/** What the arguments ask for, or 'help'; throws UsageError. */
export function parseUpArguments(args: readonly string[], fallbackInstance: string): StartOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      instance: { type: 'string', default: fallbackInstance },
      context: { type: 'string' },
      kind: { type: 'boolean' },
      embedded: { type: 'boolean' },
      fake: { type: 'string', default: '0' },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const provider = parseProvider(values);
  const fakeNodes = parseCount(values.fake);
  return { instance: values.instance, fakeNodes, install: values.install, ...(provider && { provider }) };
}

function parseProvider(values: { context?: string; kind?: boolean; embedded?: boolean }): Provider | undefined {
  const asked: Provider[] = [];
  if (values.context !== undefined) asked.push({ kind: 'context', context: values.context });
  if (values.kind) asked.push({ kind: 'kind' });
  if (values.embedded) asked.push({ kind: 'embedded' });
  if (asked.length > 1) throw new UsageError('only one of --context, --kind and --embedded');
  return asked[0];
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= mostFakeNodes) return count;
  throw new UsageError(`--fake takes a number from 0 to ${mostFakeNodes}, not '${text}'`);
}

/** How to use the cluster, as the last thing that the command says. */
export function describeUse({ instance, provider, kubeconfig }: Cluster, startedMs: number): string {
  const flag = instance === 'default' ? '' : ` --instance ${instance}`;
  return `Cluster '${instance}' is ready: ${describeProvider(provider)} (${(startedMs / 1000).toFixed(1)} s).

  ./hack/kubectl${flag} get nodes
  export KUBECONFIG=${kubeconfig}
  ./hack/down${flag}`;
}

if (import.meta.main) {
  await runMain(async () => {
    const options = parseUpArguments(process.argv.slice(2), defaultInstance());
    if (options === 'help') {
      console.log(usage);
      return;
    }
    const start = performance.now();
    const report = (line: string): void => {
      console.error(`conclave: ${line}`);
    };
    console.log(describeUse(await startCluster({ ...options, report }), performance.now() - start));
  });
}
