/** What of a cluster can be seen on the machine from outside, to compare before and after. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Each kind of thing that a cluster could leave behind, as sorted lines. */
export type MachineSnapshot = Readonly<Record<string, readonly string[]>>;

const lines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();

function run(command: string, ...args: string[]): string[] {
  return lines(execFileSync(command, args, { encoding: 'utf8' }));
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function cgroups(folder: string, depth: number): string[] {
  const children = listing(folder).filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  return depth === 0 ? [] : children.flatMap((path) => [path, ...cgroups(path, depth - 1)]);
}

function boundSockets(): string[] {
  const paths = readFileSync('/proc/net/unix', 'utf8').matchAll(/ ([/@]\S+)$/gm);
  return [...new Set([...paths].map(([, path = '']) => path))];
}

const sysctls = [
  ...['kernel/panic', 'kernel/panic_on_oops', 'kernel/keys/root_maxkeys', 'vm/overcommit_memory', 'vm/panic_on_oom'],
  ...['net/ipv4/ip_forward', 'net/netfilter/nf_conntrack_max'],
];

function readSysctl(name: string): string {
  try {
    return readFileSync(join('/proc/sys', name), 'utf8').trim();
  } catch {
    return 'absent';
  }
}

/** Takes down everything at this moment. */
export function takeSnapshot(): MachineSnapshot {
  return {
    processes: run('ps', '--no-headers', '-eo', 'args').filter((line) => !line.startsWith('[')),
    mounts: lines(readFileSync('/proc/self/mounts', 'utf8')),
    links: run('ip', '-oneline', 'link').map((line) => line.split(/[:@]/)[1]?.trim() ?? line),
    addresses: run('ip', '-oneline', '-4', 'address').map((line) => line.split(/\s+/).slice(1, 4).join(' ')),
    routes: run('ip', '-4', 'route', 'show', 'table', 'all'),
    networkNamespaces: run('ip', 'netns', 'list'),
    iptables: run('iptables-save'),
    ip6tables: run('ip6tables-save'),
    cgroups: cgroups('/sys/fs/cgroup', 2),
    sockets: boundSockets(),
    folders: ['/run', '/var/lib', '/var/log', '/opt', '/etc/cni', '/mnt'].flatMap(listing),
    sysctls: sysctls.map((name) => `${name}=${readSysctl(name)}`),
  };
}

/** The lines of each kind that were not there before; kinds without any are left out. */
export function addedSince(before: MachineSnapshot, after: MachineSnapshot = takeSnapshot()): MachineSnapshot {
  const added = Object.entries(after).map(([kind, now]) => {
    const known = new Set(before[kind]);
    return [kind, now.filter((line) => !known.has(line))] as const;
  });
  return Object.fromEntries(added.filter(([, list]) => list.length > 0));
}

const kinds = ['pid', 'net', 'mnt', 'ipc', 'uts'];

/** The namespaces that a process is in, as the kernel identifies them. */
export function namespacesOf(pid: number): Set<string> {
  return new Set(kinds.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`)));
}

/** The command lines of all processes that are in one of the namespaces. */
export function processesIn(namespaces: ReadonlySet<string>): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isInside = kinds.some((kind) => namespaces.has(readlinkSync(`/proc/${pid}/ns/${kind}`)));
        return isInside ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

/** The processes whose command line contains all the words. */
export function findProcesses(...words: string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.every((word) => command.includes(word));
      } catch {
        return false;
      }
    });
}
