/** Takes an embedded instance down, whatever state it is in. */
import { rmSync } from 'node:fs';
import { removeCgroups } from './cgroups.ts';
import { removeHostLink } from './host-link.ts';
import { readInstanceState } from './instance-state.ts';
import { planNetwork } from './network-plan.ts';
import { findNode } from './node.ts';
import type { InstancePaths } from './paths.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends every process of the instance and removes its link, cgroups and folder. Nothing in it is asked to end first:
 * components that wait for one another can hang, and all that they would clean up goes with their namespaces.
 */
export async function removeEmbedded(paths: InstancePaths): Promise<void> {
  const slot = recordedSlot(paths);
  if (slot !== undefined) await removeHostLink(planNetwork(slot));
  await endNode(paths);
  await removeCgroups(paths.name);
  rmSync(paths.folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Kills the first process: the kernel then ends all others of its namespaces before it lets go of it. */
async function endNode(paths: InstancePaths): Promise<void> {
  await waitUntil(
    `the processes of instance ${paths.name} end`,
    () => {
      const { init, outer } = findNode(paths);
      for (const pid of [init, outer]) if (pid !== undefined) kill(pid);
      return init === undefined && outer === undefined;
    },
    { timeoutMs: 30_000, intervalMs: 50, hint: 'see ps for processes that cannot be killed (state D)' },
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Undefined also for a damaged record: taking down must always be possible. */
function recordedSlot(paths: InstancePaths): number | undefined {
  try {
    const state = readInstanceState(paths);
    return state?.kind === 'embedded' ? state.slot : undefined;
  } catch {
    return undefined;
  }
}
