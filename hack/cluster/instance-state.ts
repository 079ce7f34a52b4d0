/** What is written down about an instance, before anything of it is started, so that it can always be taken down. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ClusterError } from './cluster-error.ts';
import { conclaveHome, instancePaths, type InstancePaths } from './paths.ts';

const embeddedState = z.object({
  kind: z.literal('embedded'),
  /** Which /16 network is the instance's own. */
  slot: z.int().min(0),
  /** Program → the digest of the build that the instance runs. */
  binaries: z.record(z.string(), z.string()),
  fakeNodes: z.int().min(0),
});

const instanceState = z.discriminatedUnion('kind', [
  embeddedState,
  z.object({ kind: z.literal('kind'), name: z.string() }),
  z.object({ kind: z.literal('context'), context: z.string(), kubeconfig: z.string().optional() }),
]);

export type InstanceState = z.infer<typeof instanceState>;
export type EmbeddedState = z.infer<typeof embeddedState>;

/** The recorded state, or undefined when there is no such instance; throws ClusterError when it cannot be read. */
export function readInstanceState({ stateFile, name }: InstancePaths): InstanceState | undefined {
  let text: string;
  try {
    text = readFileSync(stateFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return instanceState.parse(JSON.parse(text));
  } catch (cause) {
    throw new ClusterError(`${stateFile} is damaged`, { hint: `run: hack/down --instance ${name}`, cause });
  }
}

/** As readInstanceState, but undefined also for a damaged record: it must not stop what takes an instance down. */
export function readStateIfSound(paths: InstancePaths): InstanceState | undefined {
  try {
    return readInstanceState(paths);
  } catch (error) {
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}

/** Replaces the recorded state in one step. */
export function writeInstanceState({ stateFile }: InstancePaths, state: InstanceState): void {
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(`${stateFile}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${stateFile}.new`, stateFile);
}

/** The names of all instances that have a folder, sorted. */
export function listInstances(home: string = conclaveHome()): string[] {
  try {
    return readdirSync(join(home, 'clusters')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The slots of all embedded instances. */
export function takenSlots(home: string = conclaveHome()): number[] {
  return listInstances(home).flatMap((name) => {
    const state = readStateIfSound(instancePaths(name, home));
    return state?.kind === 'embedded' ? [state.slot] : [];
  });
}
