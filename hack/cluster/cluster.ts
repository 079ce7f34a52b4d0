/** Starts and stops clusters: the entrance for commands and tests. */
import { rmSync } from 'node:fs';
import { startEmbedded } from './embedded-cluster.ts';
import { useContext, type ContextSource } from './existing-cluster.ts';
import type { Report } from './go-build.ts';
import { readInstanceState, readStateIfSound, type InstanceState } from './instance-state.ts';
import { dockerRuns, removeKind, startKind } from './kind-cluster.ts';
import { withLock } from './lock.ts';
import { planNetwork } from './network-plan.ts';
import { instancePaths, type InstancePaths } from './paths.ts';
import { chooseProvider, type Provider } from './provider.ts';
import { removeEmbedded } from './remove-embedded.ts';

/** A running cluster. */
export interface Cluster {
  readonly instance: string;
  readonly provider: Provider;
  /** The path of a kubeconfig with administrator's rights. */
  readonly kubeconfig: string;
  /** The folder with the components' logs and the audit log; of embedded clusters only. */
  readonly logs: string | undefined;
  /** The address under which pods reach servers of this machine; of embedded clusters only. */
  readonly hostAddress: string | undefined;
}

/** What to start. */
export interface StartOptions {
  readonly instance: string;
  /** Without it: what the instance is already, else kind where Docker runs, else the embedded cluster. */
  readonly provider?: Provider;
  /** How many fake nodes there are to be at least. */
  readonly fakeNodes?: number;
  /** Install missing Debian packages where this is Debian and the user is root, instead of failing. */
  readonly install?: boolean;
  readonly report?: Report;
}

const silent: Report = () => undefined;

/** Starts an instance, or what of it is not running, and answers once pods can run on it; throws ClusterError. */
export async function startCluster(options: StartOptions): Promise<Cluster> {
  const { instance, fakeNodes = 0, install = false, report = silent } = options;
  const paths = instancePaths(instance);
  return withInstance(paths, report, async () => {
    const recorded = readInstanceState(paths);
    const requested = options.provider;
    const provider = await chooseProvider({ instance, requested, recorded, fakeNodes, dockerRuns });
    if (provider.kind === 'kind') await startKind(paths, report);
    else if (provider.kind === 'context') await useContext(paths, sourceOf(provider.context, recorded), report);
    else await startEmbedded(paths, { fakeNodes, install, report });
    return describeCluster(paths, provider);
  });
}

/** Stops an instance, if there is one, and removes everything of it. */
export async function stopCluster(instance: string, report: Report = silent): Promise<void> {
  const paths = instancePaths(instance);
  await withInstance(paths, report, async () => {
    const state = readStateIfSound(paths);
    if (state?.kind === 'kind') await removeKind(paths, report);
    else if (state?.kind === 'context') rmSync(paths.folder, { recursive: true });
    else await removeEmbedded(paths);
  });
}

/** A context that was noted down stays in the files in which it was found then. */
function sourceOf(context: string, recorded: InstanceState | undefined): ContextSource {
  const kubeconfig = recorded?.kind === 'context' ? recorded.kubeconfig : process.env.KUBECONFIG;
  return { context, kubeconfig };
}

function withInstance<T>(paths: InstancePaths, report: Report, work: () => Promise<T>): Promise<T> {
  return withLock(paths.lockFile, work, () => {
    report(`waiting: another command is at work on instance '${paths.name}'`);
  });
}

function describeCluster(paths: InstancePaths, provider: Provider): Cluster {
  const state = readInstanceState(paths);
  const isOurs = state?.kind === 'embedded';
  return {
    instance: paths.name,
    provider,
    kubeconfig: paths.adminKubeconfig,
    logs: isOurs ? paths.logs : undefined,
    hostAddress: isOurs ? planNetwork(state.slot).hostAddress : undefined,
  };
}
