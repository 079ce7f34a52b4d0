import { join } from 'node:path';
import { helmFor } from '../cluster/helm-command.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import { runCommand } from '../cluster/run-command.ts';
import type { Kubectl } from '../operator-process/kubectl.ts';
import type { ImageNames } from './image-names.ts';

const system = 'conclave-system';

/** What an installation needs to know. */
export interface InstallOptions {
  readonly instance: string;
  readonly images: ImageNames;
  readonly say: (line: string) => void;
}

/** Installs the chart, or brings what is installed up to it; resolves when operator and server are ready. */
export async function installConclave(kubectl: Kubectl, { instance, images, say }: InstallOptions): Promise<void> {
  await letGoOfServer(kubectl);
  const values = {
    ...{ 'image.repository': images.repository, 'image.tag': images.tag },
    // The cluster on this machine has no volumes; what is kept lives as long as the server's pod.
    'server.persistence.enabled': String(await hasVolumes(kubectl)),
  };
  const { file, args, environment } = await helmFor(instance, say);
  await runCommand(
    file,
    [
      ...args.slice(1),
      ...['upgrade', '--install', 'conclave', join(repositoryRoot, 'charts/conclave')],
      ...['--namespace', system, '--create-namespace', '--wait', '--timeout', '300s'],
      // What `./hack/run` has applied before becomes part of the release.
      ...['--take-ownership', '--force-conflicts'],
      ...Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ],
    { env: environment },
  );
}

/** A StatefulSet that `./hack/run` made differs in what no StatefulSet can change. */
async function letGoOfServer(kubectl: Kubectl): Promise<void> {
  const selector = 'app.kubernetes.io/managed-by!=Helm';
  await kubectl(['-n', system, 'delete', 'statefulset', '-l', selector, '--ignore-not-found']);
}

async function hasVolumes(kubectl: Kubectl): Promise<boolean> {
  return (await kubectl(['get', 'storageclasses', '-o', 'name'])).trim() !== '';
}
