/** What the machine must have, found out before anything is started, so that all that is missing is said at once. */
import { accessSync, constants, existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cgroupHierarchies } from './cgroups.ts';
import { ClusterError } from './cluster-error.ts';
import { findGoProblem } from './go-toolchain.ts';
import { runCommand, tryCommand } from './run-command.ts';
import type { Report } from './go-build.ts';

/** Something that needs tools: the embedded cluster, building an image, making a base image without a registry, or tests. */
export type Purpose = 'cluster' | 'image' | 'base-image' | 'tests';

/** A tool, by the name of its program, and the Debian package that brings it. */
export interface Tool {
  readonly program: string;
  readonly debianPackage: string;
}

const clusterTools: readonly Tool[] = [
  { program: 'containerd', debianPackage: 'containerd' },
  { program: 'ctr', debianPackage: 'containerd' },
  { program: 'runc', debianPackage: 'runc' },
  { program: 'iptables', debianPackage: 'iptables' },
  { program: 'ip6tables', debianPackage: 'iptables' },
  { program: 'conntrack', debianPackage: 'conntrack' },
  { program: 'ip', debianPackage: 'iproute2' },
  { program: 'openssl', debianPackage: 'openssl' },
  { program: 'tar', debianPackage: 'tar' },
  { program: 'unshare', debianPackage: 'util-linux' },
  { program: 'nsenter', debianPackage: 'util-linux' },
  { program: 'flock', debianPackage: 'util-linux' },
  { program: 'mount', debianPackage: 'mount' },
  { program: 'busybox', debianPackage: 'busybox-static' },
];

/** What something is better with, and works without: a way to networks outside, shells to complete commands in. */
const niceToHave: Readonly<Partial<Record<Purpose, readonly Tool[]>>> = {
  cluster: [{ program: 'slirp4netns', debianPackage: 'slirp4netns' }],
  tests: [
    { program: 'zsh', debianPackage: 'zsh' },
    { program: 'fish', debianPackage: 'fish' },
  ],
};

const toolsByPurpose: Readonly<Record<Purpose, readonly Tool[]>> = {
  cluster: clusterTools,
  image: [{ program: 'buildah', debianPackage: 'buildah' }],
  'base-image': [{ program: 'debootstrap', debianPackage: 'debootstrap' }],
  tests: [],
};

const cniPluginFolders = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const cniPlugins = ['ptp', 'host-local', 'loopback', 'portmap'];

/** What was found missing: Debian packages to install, and everything else with what to do about it. */
export interface Missing {
  readonly packages: readonly string[];
  readonly others: readonly { readonly problem: string; readonly remedy: string }[];
}

/** The folder with the CNI plugins, or undefined. */
export function findCniPlugins(): string | undefined {
  return cniPluginFolders.find((folder) => cniPlugins.every((plugin) => existsSync(join(folder, plugin))));
}

/** The path of a program in PATH or in the folders of system programs, or undefined. */
export function findProgram(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Looks at the machine; with `needsGo`, for a Go that can build the binaries too. */
export async function observeMissing(purposes: readonly Purpose[], needsGo: boolean): Promise<Missing> {
  const tools = purposes.flatMap((purpose) => toolsByPurpose[purpose]);
  const packages = new Set(absentPackages(tools));
  const others: { problem: string; remedy: string }[] = [];
  if (purposes.includes('cluster')) {
    if (findCniPlugins() === undefined) packages.add('containernetworking-plugins');
    if (!(await isStaticBusybox())) packages.add('busybox-static');
    others.push(...missingRights());
  }
  const goProblem = needsGo ? await findGoProblem() : undefined;
  if (goProblem !== undefined) others.push(goProblem);
  return { packages: [...packages].sort(), others };
}

function absentPackages(tools: readonly Tool[]): string[] {
  return tools.filter(({ program }) => findProgram(program) === undefined).map(({ debianPackage }) => debianPackage);
}

/** The base image holds busybox and nothing else, no libc. */
async function isStaticBusybox(): Promise<boolean> {
  const busybox = findProgram('busybox');
  if (busybox === undefined) return false;
  const linked = await tryCommand('ldd', [busybox]);
  return linked.status !== 0 || /not a dynamic|statically/.test(linked.stdout + linked.stderr);
}

function missingRights(): { problem: string; remedy: string }[] {
  if (process.platform !== 'linux') {
    return [
      {
        problem: `the embedded cluster runs on Linux only, this is ${process.platform}`,
        remedy: 'start Docker, in which kind makes a cluster, or use --context',
      },
    ];
  }
  if (process.getuid?.() !== 0) {
    return [
      {
        problem: 'not root: namespaces, mounts and cgroups need it',
        remedy: 'run it with sudo, or start Docker, in which kind makes a cluster, or use --context',
      },
    ];
  }
  const closed = cgroupHierarchies().find((hierarchy) => !canMakeCgroup(hierarchy));
  if (cgroupHierarchies().length > 0 && closed === undefined) return [];
  return [
    {
      problem: `no cgroup can be made in ${closed ?? '/sys/fs/cgroup'}`,
      remedy: 'inside a container, run it privileged with the cgroup file system writable; or use --context',
    },
  ];
}

function canMakeCgroup(hierarchy: string): boolean {
  try {
    rmdirSync(mkdtempSync(join(hierarchy, 'conclave-check-')));
    return true;
  } catch {
    return false;
  }
}

/** One message with all that is missing and the exact command that installs it; undefined when nothing is. */
export function describeMissing({ packages, others }: Missing): { message: string; hint: string } | undefined {
  if (packages.length === 0 && others.length === 0) return undefined;
  const problems = [
    ...(packages.length > 0 ? [`missing packages: ${packages.join(', ')}`] : []),
    ...others.map(({ problem }) => problem),
  ];
  const remedies = [...(packages.length > 0 ? [installCommand(packages)] : []), ...others.map(({ remedy }) => remedy)];
  return { message: problems.join('; '), hint: remedies.join('; ') };
}

/** The command that installs packages on Debian and its derivatives. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
}

/** Options of `ensurePrerequisites`. */
export interface PrerequisiteOptions {
  readonly needsGo: boolean;
  /** Install missing Debian packages instead of failing, where this is Debian and the user is root. */
  readonly install: boolean;
  readonly report: Report;
}

/** Throws ClusterError naming all that is missing; with `install`, installs what apt can bring first. */
export async function ensurePrerequisites(purposes: readonly Purpose[], options: PrerequisiteOptions): Promise<void> {
  let missing = await observeMissing(purposes, options.needsGo);
  const packages = [...missing.packages, ...absentPackages(purposes.flatMap((purpose) => niceToHave[purpose] ?? []))];
  if (options.install && packages.length > 0 && canInstall()) {
    await installPackages(packages, options.report);
    missing = await observeMissing(purposes, options.needsGo);
  }
  const description = describeMissing(missing);
  if (description !== undefined) throw new ClusterError(description.message, { hint: description.hint });
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

async function installPackages(packages: readonly string[], report: Report): Promise<void> {
  report(`installing Debian packages: ${packages.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Another apt-get may be at work (unattended upgrades): wait for it instead of failing.
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
  await runCommand('apt-get', [...wait, 'update'], { env });
  await runCommand('apt-get', [...wait, 'install', '--yes', '--no-install-recommends', ...packages], { env });
}
