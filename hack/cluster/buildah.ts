/** The few things that are asked of buildah, which builds images without a daemon. */
import { runCommand, tryCommand } from './run-command.ts';

/** In mounts of its own, because buildah leaves its storage mounted. */
const program = 'unshare';
const prefix = ['--mount', '--propagation=private', 'buildah', '--storage-driver=overlay'];

/** An image to build from a folder. */
export interface ImageBuild {
  readonly tag: string;
  readonly folder: string;
  /** Stage of the Dockerfile; the last one by default. */
  readonly target?: string;
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** Paths of this machine → paths that steps of the build see, without becoming part of an image. */
  readonly volumes?: Readonly<Record<string, string>>;
}

const run = (args: readonly string[]): Promise<string> => runCommand(program, [...prefix, ...args]);

export const buildah = {
  /** Builds an image; unchanged steps come from the cache. */
  async build({ tag, folder, target, buildArguments = {}, volumes = {} }: ImageBuild): Promise<void> {
    const flags = [
      ...(target === undefined ? [] : [`--target=${target}`]),
      ...Object.entries(buildArguments).map(([name, value]) => `--build-arg=${name}=${value}`),
      ...Object.entries(volumes).map(([from, to]) => `--volume=${from}:${to}`),
    ];
    // Chroot isolation needs neither user namespaces nor systemd, which machines without Docker often lack.
    await run([
      'build',
      '--isolation=chroot',
      '--layers',
      '--force-rm',
      '--pull=never',
      ...flags,
      '--tag',
      tag,
      folder,
    ]);
  },

  async hasImage(name: string): Promise<boolean> {
    const { status } = await tryCommand(program, [...prefix, 'inspect', '--type=image', name]);
    return status === 0;
  },

  /** Whether the image could be fetched within the time. */
  async pull(name: string, timeoutMs: number): Promise<boolean> {
    const { status } = await tryCommand(program, [...prefix, 'pull', '--quiet', name], { timeoutMs });
    return status === 0;
  },

  /** Writes the image as `docker save` would. */
  async save(name: string, file: string): Promise<void> {
    await run(['push', '--quiet', name, `docker-archive:${file}:${name}`]);
  },

  /** Of all its layers, uncompressed, in bytes. */
  async size(name: string): Promise<number> {
    const images = JSON.parse(await run(['images', '--json', name])) as { size: string }[];
    return parseSize(images[0]?.size ?? '');
  },
};

/** The bytes that buildah means by `223 MB`. */
export function parseSize(text: string): number {
  const [, amount = 'NaN', unit = ''] = /^([\d.]+)\s*([kMGT]?)B$/.exec(text) ?? [];
  return Number(amount) * 1000 ** ['', 'k', 'M', 'G', 'T'].indexOf(unit);
}
