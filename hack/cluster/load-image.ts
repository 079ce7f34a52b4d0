/** Brings a built image to where a cluster's nodes find it. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BuiltImage } from './build-image.ts';
import { buildah } from './buildah.ts';
import { ClusterError } from './cluster-error.ts';
import type { Report } from './go-build.ts';
import { readInstanceState } from './instance-state.ts';
import { loadIntoKind } from './kind-cluster.ts';
import { insideNode } from './node-configuration.ts';
import { findNode } from './node.ts';
import { instancePaths, type InstancePaths } from './paths.ts';
import { runCommand } from './run-command.ts';
import { importImages } from './start-components.ts';

/** Loads the image into an instance and answers with what was done; throws ClusterError when it does not run. */
export async function loadImage(instance: string, image: BuiltImage, report: Report): Promise<string> {
  const paths = instancePaths(instance);
  const state = readInstanceState(paths);
  if (state === undefined) {
    throw new ClusterError(`there is no cluster '${instance}' to load the image into`, {
      hint: 'start it with hack/up, or only build: hack/image --no-load',
    });
  }
  if (state.kind === 'context') {
    return `The cluster of context '${state.context}' pulls its images: push it to a registry that its nodes can reach,
for example: ${image.builder} push ${image.tag} REGISTRY/${basename(image.tag)}`;
  }
  await withArchive(image, paths.folder, async (archive) => {
    if (state.kind === 'kind') await loadIntoKind(instance, archive, report);
    else await loadIntoNode(paths, archive, report);
  });
  return `It is loaded into cluster '${instance}'.`;
}

async function loadIntoNode(paths: InstancePaths, archive: string, report: Report): Promise<void> {
  const { init } = findNode(paths);
  if (init === undefined) {
    throw new ClusterError(`cluster '${paths.name}' does not run`, { hint: `hack/up --instance ${paths.name}` });
  }
  const load = () => importImages(init, join(insideNode.state, basename(archive)));
  await load().catch((error: unknown) => {
    // Under load containerd has lost what it had just unpacked ("parent snapshot … does not exist").
    report(`it could not be loaded, and is tried once more: ${error instanceof Error ? error.message : String(error)}`);
    return load();
  });
}

/** The archive lies in the instance's folder, because that is what its node sees. */
async function withArchive(
  { tag, builder }: BuiltImage,
  folder: string,
  use: (archive: string) => Promise<void>,
): Promise<void> {
  const archive = join(folder, `image-${process.pid}.tar`);
  try {
    if (builder === 'docker') await runCommand('docker', ['save', '--output', archive, tag]);
    else await buildah.save(tag, archive);
    await use(archive);
  } finally {
    rmSync(archive, { force: true });
  }
}
