/** The instance's cgroups: one folder of its name in every hierarchy (one hierarchy with version 2). */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { waitUntil } from './wait-until.ts';

const root = '/sys/fs/cgroup';

/** The instance's cgroup, from the root of each hierarchy. */
export function cgroupOf(instance: string): string {
  return `/conclave-${instance}`;
}

/** The mounted hierarchies: the folders below the root, or the root itself with cgroup version 2 alone. */
export function cgroupHierarchies(): string[] {
  if (!existsSync(root)) return [];
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  const folders = readdirSync(root).map((name) => join(root, name));
  return folders.filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

/** Makes the instance's cgroups. */
export function makeCgroups(instance: string): void {
  for (const hierarchy of cgroupHierarchies()) {
    const folder = join(hierarchy, cgroupOf(instance));
    mkdirSync(folder, { recursive: true });
    // A version 1 cpuset takes no process until it is told its processors and memory nodes.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (existsSync(join(hierarchy, file))) writeFileSync(join(folder, file), readFileSync(join(hierarchy, file)));
    }
  }
  if (existsSync(join(root, 'cgroup.controllers'))) delegateControllers();
}

/** With version 2 a parent must hand its controllers down before a child can use them. */
function delegateControllers(): void {
  const controllers = readFileSync(join(root, 'cgroup.controllers'), 'utf8').trim().split(' ');
  try {
    for (const controller of controllers) writeFileSync(join(root, 'cgroup.subtree_control'), `+${controller}`);
  } catch (cause) {
    throw new ClusterError(`the controllers of ${root} cannot be handed down: ${String(cause)}`, {
      hint: 'inside a container, start it with the host cgroup namespace; or use --context',
      cause,
    });
  }
}

/** Removes the instance's cgroups, which are empty once its processes are gone (the kernel may lag a little). */
export async function removeCgroups(instance: string): Promise<void> {
  for (const hierarchy of cgroupHierarchies()) {
    const folder = join(hierarchy, cgroupOf(instance));
    await waitUntil(`${folder} is empty`, () => removeTree(folder), { timeoutMs: 20_000, intervalMs: 50 });
  }
}

function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const areGone = children.map((child) => removeTree(join(folder, child.name)));
  if (areGone.includes(false)) return false;
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
