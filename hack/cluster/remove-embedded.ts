/** Takes an embedded instance down, whatever state it is in. */
import { rmSync } from 'node:fs';
import { keepUsedRights } from '../rights/used-rights.ts';
import { removeCgroups } from './cgroups.ts';
import { removeHostLink } from './host-link.ts';
import { readStateIfSound } from './instance-state.ts';
import { planNetwork } from './network-plan.ts';
import { findNode, hasEnded } from './node.ts';
import type { InstancePaths } from './paths.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends every process of the instance and removes its link, cgroups and folder. Nothing in it is asked to end first:
 * components that wait for one another can hang, and all that they would clean up goes with their namespaces.
 */
export async function removeEmbedded(paths: InstancePaths): Promise<void> {
  const state = readStateIfSound(paths);
  if (state?.kind === 'embedded') await removeHostLink(planNetwork(state.slot));
  await endNode(paths);
  await removeCgroups(paths.name);
  keepUsedRights(paths.name, paths.logs);
  rmSync(paths.folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Kills the first process: the kernel ends all others of its namespaces before it lets go of that one. The process that
 * started it collects it and ends by itself.
 */
async function endNode(paths: InstancePaths): Promise<void> {
  const { init, outer } = findNode(paths);
  const pids = [init, outer].filter((pid) => pid !== undefined);
  const first = init ?? outer;
  if (first !== undefined) kill(first);
  await waitUntil(`the processes of instance ${paths.name} end`, () => pids.every(hasEnded), {
    timeoutMs: 30_000,
    intervalMs: 20,
    hint: 'see ps for processes that cannot be killed (state D)',
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
