import { join } from 'node:path';
import { helmFor } from '../cluster/helm-command.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import { runCommand } from '../cluster/run-command.ts';
import type { Kubectl } from '../operator-process/kubectl.ts';
import type { ImageNames } from './image-names.ts';

const system = 'conclave-system';
const inSystem = ['--namespace', system] as const;
/** Label of the releases that the demo makes. */
const madeBy = 'made-by';

/** What an installation needs to know. */
export interface InstallOptions {
  readonly instance: string;
  readonly images: ImageNames;
  readonly say: (line: string) => void;
}

/** Installs the chart, or brings what the demo has installed up to it; resolves when operator and server are ready. */
export async function installConclave(kubectl: Kubectl, { instance, images, say }: InstallOptions): Promise<void> {
  const helm = await helmOf(instance, say);
  if ((await helm(['list', ...inSystem, '--short', '--selector', `${madeBy}!=demo`])).trim() !== '') {
    say('Conclave is installed in this cluster already, and stays as it is');
    return;
  }
  await letGoOfServer(kubectl);
  const values = {
    ...{ 'image.repository': images.repository, 'image.tag': images.tag },
    // The cluster on this machine has no volumes; what is kept lives as long as the server's pod.
    'server.persistence.enabled': String(await hasVolumes(kubectl)),
  };
  await helm([
    ...['upgrade', '--install', 'conclave', join(repositoryRoot, 'charts/conclave')],
    ...[...inSystem, '--create-namespace', '--wait', '--timeout', '300s', '--labels', `${madeBy}=demo`],
    // What `./hack/run` has applied before becomes part of the release.
    ...['--take-ownership', '--force-conflicts'],
    ...Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ]);
}

/** Removes what the demo has installed in a cluster that goes on. CRDs stay, and with them what others have made of them. */
export async function uninstallConclave({ instance, say }: Omit<InstallOptions, 'images'>): Promise<void> {
  const helm = await helmOf(instance, say);
  const releases = (await helm(['list', ...inSystem, '--short', '--selector', `${madeBy}=demo`])).trim();
  if (releases !== '') await helm(['uninstall', releases, ...inSystem, '--wait']);
}

async function helmOf(instance: string, say: InstallOptions['say']) {
  const { file, args, environment } = await helmFor(instance, say);
  return (words: readonly string[]) => runCommand(file, [...args.slice(1), ...words], { env: environment });
}

/** A StatefulSet that `./hack/run` made differs in what no StatefulSet can change. */
async function letGoOfServer(kubectl: Kubectl): Promise<void> {
  const selector = 'app.kubernetes.io/managed-by!=Helm';
  await kubectl(['-n', system, 'delete', 'statefulset', '-l', selector, '--ignore-not-found']);
}

async function hasVolumes(kubectl: Kubectl): Promise<boolean> {
  return (await kubectl(['get', 'storageclasses', '-o', 'name'])).trim() !== '';
}
