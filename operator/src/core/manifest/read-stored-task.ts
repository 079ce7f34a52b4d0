import type { RunnerTask } from '../../api/runner-task.ts';
import { taskFile } from './pod-files.ts';
import { collectContainer, type Container, containerNames, type PodImages } from './render-containers.ts';

/** Bytes of a task that a Pod's annotation holds: all annotations of an object together may have 256 KiB. */
export const largestTaskBytes = 128 * 1024;

/** A task that is too large for an annotation, and was stored as an artifact. */
export interface StoredTask {
  readonly digest: string;
  readonly images: PodImages;
  /** Where it is fetched from. */
  readonly serverUrl: string;
}

/** Whether a task has to be stored. */
export function isTooLarge(task: RunnerTask): boolean {
  // A character has at most three bytes of UTF-8, and most have one.
  const text = JSON.stringify(task);
  return text.length > largestTaskBytes || new TextEncoder().encode(text).length > largestTaskBytes;
}

/**
 * The containers of a Pod whose task is an artifact: the first fetches it, and what collects the result checks that foreign
 * code has left it as it was.
 */
export function readStoredTask(
  containers: { readonly initContainers: readonly Container[]; readonly container: Container },
  { digest, images, serverUrl }: StoredTask,
): { readonly initContainers: readonly Container[]; readonly container: Container } {
  const env = [
    { name: 'CONCLAVE_TASK_DIGEST', value: digest },
    { name: 'CONCLAVE_ARTIFACTS_URL', value: serverUrl },
  ];
  const prepare = {
    ...withoutTaskFile(collectContainer(images)),
    ...{ name: containerNames.prepare, command: ['node', '/app/dist/cmd/agent.js', 'prepare'], env },
  };
  const { initContainers, container } = containers;
  return {
    initContainers: [prepare, ...initContainers.map(withoutTaskFile)],
    container: { ...withoutTaskFile(container), env: [...(container.env ?? []), ...env] },
  };
}

function withoutTaskFile(container: Container): Container {
  const mounts = (container['volumeMounts'] ?? []) as readonly { readonly mountPath: string }[];
  return { ...container, volumeMounts: mounts.filter(({ mountPath }) => mountPath !== taskFile) };
}
