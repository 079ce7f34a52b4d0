/** Clusters in Docker, by kind: from PATH, else built from its Go module. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { binaryPath, ensureBinary, type Report } from './go-build.ts';
import { kindProgram } from './go-programs.ts';
import { writeInstanceState } from './instance-state.ts';
import { anyKubectl } from './kubectl.ts';
import { realNodeGpus } from './node-configuration.ts';
import { repositoryRoot, type InstancePaths } from './paths.ts';
import { findProgram } from './prerequisites.ts';
import { runCommand, tryCommand } from './run-command.ts';

/** Whether a Docker daemon answers; the program alone says nothing. */
export async function dockerRuns(): Promise<boolean> {
  const { status } = await tryCommand('docker', ['info'], { timeoutMs: 10_000 });
  return status === 0;
}

/** The name under which kind knows an instance. */
export function kindName(instance: string): string {
  return `conclave-${instance}`;
}

/** kind's arguments that create an instance's cluster and wait until its node is ready. */
export function createArguments({ name, adminKubeconfig }: Pick<InstancePaths, 'name' | 'adminKubeconfig'>): string[] {
  const config = join(repositoryRoot, 'hack/kind.yaml');
  return [
    ...['create', 'cluster', '--name', kindName(name), '--config', config],
    ...['--kubeconfig', adminKubeconfig, '--wait', '180s'],
  ];
}

/** Creates the instance's cluster, or takes up the one that is there; leaves its kubeconfig. */
export async function startKind(paths: InstancePaths, report: Report): Promise<void> {
  if (!(await dockerRuns())) {
    throw new ClusterError('kind needs a running Docker: `docker info` fails', {
      hint: 'start Docker, or use --embedded (Linux, as root) or --context',
    });
  }
  const kind = await findKind(report);
  mkdirSync(paths.folder, { recursive: true });
  writeInstanceState(paths, { kind: 'kind', name: kindName(paths.name) });
  const clusters = (await runCommand(kind, ['get', 'clusters'])).split('\n');
  if (clusters.includes(kindName(paths.name))) {
    await runCommand(kind, [
      'export',
      'kubeconfig',
      '--name',
      kindName(paths.name),
      '--kubeconfig',
      paths.adminKubeconfig,
    ]);
  } else {
    report(`kind creates the cluster ${kindName(paths.name)}`);
    await runCommand(kind, createArguments(paths), { onErrorLine: report });
  }
  await declareGpus(paths, report);
}

/** As on the embedded cluster's node: the scheduler counts them as it would real ones. */
async function declareGpus({ adminKubeconfig }: InstancePaths, report: Report): Promise<void> {
  const { file, args } = await anyKubectl(report);
  const kubectl = (...rest: string[]): Promise<string> =>
    runCommand(file, [...args.slice(1), ...rest], { env: { KUBECONFIG: adminKubeconfig } });
  const patch = JSON.stringify({ status: { capacity: { 'nvidia.com/gpu': realNodeGpus } } });
  for (const node of (await kubectl('get', 'nodes', '--output=name')).trim().split('\n')) {
    await kubectl('patch', node, '--subresource=status', '--type=merge', `--patch=${patch}`);
  }
}

/** Deletes the instance's cluster and what was written about it. */
export async function removeKind(paths: InstancePaths, report: Report): Promise<void> {
  const kind = await findKind(report);
  const kubeconfig = ['--kubeconfig', paths.adminKubeconfig];
  await runCommand(kind, ['delete', 'cluster', '--name', kindName(paths.name), ...kubeconfig]);
  rmSync(paths.folder, { recursive: true, force: true });
}

/** Loads an archive of images into the nodes of the instance's cluster. */
export async function loadIntoKind(instance: string, archive: string, report: Report): Promise<void> {
  await runCommand(await findKind(report), ['load', 'image-archive', archive, '--name', kindName(instance)]);
}

async function findKind(report: Report): Promise<string> {
  return findProgram('kind') ?? binaryPath('kind', await ensureBinary(kindProgram(), report));
}
