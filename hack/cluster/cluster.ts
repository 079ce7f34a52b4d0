/** Starts and stops clusters: the entrance for commands and tests. */
import { startEmbedded } from './embedded-cluster.ts';
import type { Report } from './go-build.ts';
import { readInstanceState } from './instance-state.ts';
import { withLock } from './lock.ts';
import { instancePaths } from './paths.ts';
import { removeEmbedded } from './remove-embedded.ts';

/** A running cluster. */
export interface Cluster {
  readonly instance: string;
  readonly kind: 'embedded' | 'kind' | 'context';
  /** The path of a kubeconfig with administrator's rights. */
  readonly kubeconfig: string;
}

export interface StartOptions {
  readonly instance: string;
  readonly fakeNodes?: number;
  readonly install?: boolean;
  readonly report?: Report;
}

const silent: Report = () => undefined;

/** Starts an instance, or what of it is not running, and answers once pods can run on it. */
export async function startCluster(options: StartOptions): Promise<Cluster> {
  const { instance, fakeNodes, install = false, report = silent } = options;
  const paths = instancePaths(instance);
  const waits = (): void => {
    report(`waiting: another command is at work on instance ${instance}`);
  };
  await withLock(paths.lockFile, () => startEmbedded(paths, { fakeNodes, install, report }), waits);
  return { instance, kind: 'embedded', kubeconfig: paths.adminKubeconfig };
}

/** Stops an instance and removes everything of it; answers whether there was any. */
export async function stopCluster(instance: string): Promise<void> {
  const paths = instancePaths(instance);
  await withLock(paths.lockFile, async () => {
    readInstanceState(paths);
    await removeEmbedded(paths);
  });
}
