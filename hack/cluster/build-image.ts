/** Builds the project's images: by Docker where it runs, else by buildah, which needs no daemon and no registry. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureLocalBase, localBaseName } from './base-image.ts';
import { buildah } from './buildah.ts';
import { ClusterError } from './cluster-error.ts';
import type { Report } from './go-build.ts';
import { dockerRuns } from './kind-cluster.ts';
import { ensurePrerequisites } from './prerequisites.ts';
import { CommandFailed, runCommand } from './run-command.ts';

/** How to build. */
export interface ImageOptions {
  /** The tree to build: its Dockerfile, and what that copies. */
  readonly source: string;
  /** Stages to build. */
  readonly targets: readonly ImageTarget[];
  /** Of the product; those of the others follow from it. */
  readonly tag: string;
  /** Instead of the Dockerfile's public base. */
  readonly base: string | undefined;
  /** Make the base here even if the public one could be fetched. */
  readonly localBase: boolean;
  readonly install: boolean;
}

/** An image in its builder's store. */
export interface BuiltImage {
  readonly tag: string;
  readonly builder: 'docker' | 'buildah';
  readonly bytes: number;
}

const pullTimeoutMs = 120_000;

/** The stages of the Dockerfile that become images. */
export const imageTargets = ['product', 'runtime', 'model-sim'] as const;
export type ImageTarget = (typeof imageTargets)[number];

const targetsOf = ({ targets, tag }: ImageOptions) =>
  targets.map((target) => ({ target, tag: target === 'product' ? tag : siblingTagOf(tag, target) }));

/** The name of an image beside the product's, such as that which users' programs run in: `registry/conclave-runtime:dev`. */
export function siblingTagOf(tag: string, target: string): string {
  return tag.replace(/(?=(:[^:/]*)?$)/, `-${target}`);
}

/** Builds and answers with what was built; throws ClusterError with the end of the build's output. */
export async function buildImages(options: ImageOptions, report: Report): Promise<readonly BuiltImage[]> {
  try {
    return (await dockerRuns()) && !options.localBase
      ? await buildWithDocker(options, report)
      : await buildWithBuildah(options, report);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new ClusterError(`the images could not be built: ${error.message}`, { cause: error });
  }
}

async function buildWithDocker(options: ImageOptions, report: Report): Promise<readonly BuiltImage[]> {
  const { base, source } = options;
  const baseArguments = base === undefined ? [] : ['--build-arg', `BASE=${base}`];
  const images: BuiltImage[] = [];
  for (const each of targetsOf(options)) {
    const what = ['--target', each.target, '--tag', each.tag];
    await runCommand('docker', ['build', ...what, ...baseArguments, source], { onErrorLine: report });
    const size = await runCommand('docker', ['image', 'inspect', '--format', '{{.Size}}', each.tag]);
    images.push({ tag: each.tag, builder: 'docker', bytes: Number(size) });
  }
  return images;
}

async function buildWithBuildah(options: ImageOptions, report: Report): Promise<readonly BuiltImage[]> {
  const { install, source } = options;
  await ensurePrerequisites(['image'], { needsGo: false, install, report });
  const base = options.base ?? (await findBase(options, report));
  const scratch = mkdtempSync(join(tmpdir(), 'conclave-image-'));
  const images: BuiltImage[] = [];
  try {
    const volumes = await npmVolumes(scratch);
    for (const { target, tag } of targetsOf(options)) {
      report(`building ${tag} on ${base}`);
      await buildah.build({ tag, target, folder: source, buildArguments: { BASE: base }, volumes });
      images.push({ tag, builder: 'buildah', bytes: await buildah.size(tag) });
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return images;
}

/** The public base where it is or can be fetched, else one made here; one that was made here before is used at once. */
async function findBase({ localBase, install, source }: ImageOptions, report: Report): Promise<string> {
  const publicBase = publicBaseOf(readFileSync(join(source, 'Dockerfile'), 'utf8'));
  if (!localBase) {
    if (await buildah.hasImage(publicBase)) return publicBase;
    if (await buildah.hasImage(await localBaseName())) return localBaseName();
    report(`fetching ${publicBase}`);
    if (await buildah.pull(publicBase, pullTimeoutMs)) return publicBase;
    report('the public base cannot be fetched here');
  }
  return ensureLocalBase({ install, report });
}

/** The default of the Dockerfile's argument BASE. */
export function publicBaseOf(dockerfile: string): string {
  const [, base] = /^ARG BASE=(\S+)$/m.exec(dockerfile) ?? [];
  if (base === undefined) throw new ClusterError('the Dockerfile has no ARG BASE=… line');
  return base;
}

/** Where this machine's certificate authorities stand in the build: not where packages of the image put theirs. */
const certificatesInside = '/usr/local/etc/certificates.pem';

/** A configuration of npm that leaves it to another where the certificate authorities are. */
function withoutCertificates(configuration: string): string {
  return configuration.replaceAll(/^\s*cafile\s*=.*$/gmu, '');
}

/**
 * npm in the build sees this machine's cache and configuration (registry, credentials, certificates), so that it works
 * wherever npm works here, and rarely downloads. They are mounted while steps run and become part of no image.
 */
async function npmVolumes(scratch: string): Promise<Record<string, string>> {
  const npm = async (name: string): Promise<string> => (await runCommand('npm', ['config', 'get', name])).trim();
  const [cache, userConfiguration, cafile] = await Promise.all([npm('cache'), npm('userconfig'), npm('cafile')]);
  const [registry, extraCertificates] = [await npm('registry'), process.env.NODE_EXTRA_CA_CERTS ?? ''];
  const certificates = [cafile, extraCertificates].find((file) => existsSync(file));
  const settings = [`registry=${registry}`, ...(certificates === undefined ? [] : [`cafile=${certificatesInside}`])];
  const globalConfiguration = join(scratch, 'npmrc');
  writeFileSync(globalConfiguration, `${settings.join('\n')}\n`);
  const volumes: Record<string, string> = { [cache]: '/root/.npm', [globalConfiguration]: '/usr/local/etc/npmrc:ro' };
  if (existsSync(userConfiguration)) {
    const ownConfiguration = join(scratch, 'own.npmrc');
    writeFileSync(ownConfiguration, withoutCertificates(readFileSync(userConfiguration, 'utf8')));
    volumes[ownConfiguration] = '/root/.npmrc:ro';
  }
  if (certificates !== undefined) volumes[certificates] = `${certificatesInside}:ro`;
  return volumes;
}
