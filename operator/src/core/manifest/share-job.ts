import type { RunnerTask } from '../../api/runner-task.ts';
import { annotationNames, indexedTaskName } from './labels.ts';
import { memberOf, writeMembers } from './members.ts';
import { taskFile } from './pod-files.ts';
import type { Container } from './render-containers.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';

/** Attempts that share an Indexed Job, in the order of its indexes. */
export interface SharedJob {
  /** Its name, as the records of the attempts have it. */
  readonly name: string;
  readonly members: readonly { readonly start: StartAttempt; readonly task: RunnerTask }[];
}

/** Characters of JSON that the tasks of all members may have together: each of the Pods carries all of them. */
export const largestTasks = 64 * 1024;

/** Whether the tasks are small enough for one Job. */
export function fitsOneJob({ members }: SharedJob): boolean {
  const sizes = members.map(({ task }) => new TextEncoder().encode(JSON.stringify(task)).length);
  return sizes.reduce((sum, size) => sum + size, 0) <= largestTasks;
}

/**
 * How an Indexed Job runs its attempts: all at once, each once. A disruption fails its index and no other; retries are the
 * operator's, in another Job.
 */
export function indexedRun({ members }: SharedJob): Readonly<Record<string, unknown>> {
  return {
    ...{ completionMode: 'Indexed', completions: members.length, parallelism: members.length, backoffLimitPerIndex: 0 },
    podFailurePolicy: {
      rules: [{ action: 'FailIndex', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    },
  };
}

/** Where it is written which attempts they are: on the Job, and on its Pods. */
export function memberAnnotations({ members }: SharedJob): Readonly<Record<string, string>> {
  return { [annotationNames.members]: writeMembers(members.map(({ start }) => memberOf(start))) };
}

/** The path of its members, whatever their iteration: `each[*].build`; of a deliberation, whoever they are: `choose[0].*`. */
export function sharedPath({ members }: SharedJob): string {
  const { path = '', seat } = members[0]?.start ?? {};
  return seat === undefined ? path.replaceAll(/\[\d+\]/g, '[*]') : `${path.slice(0, path.lastIndexOf('.'))}.*`;
}

/** The tasks as annotations of its Pods, and as the files of a volume. */
export function indexedTasks({ members }: SharedJob): {
  readonly annotations: Readonly<Record<string, string>>;
  readonly files: readonly { readonly file: string; readonly annotation: string }[];
} {
  return {
    annotations: Object.fromEntries(members.map(({ task }, index) => [indexedTaskName(index), JSON.stringify(task)])),
    files: members.map((_, index) => ({ file: `${index}.json`, annotation: indexedTaskName(index) })),
  };
}

/** A container that sees the task of its own index where others see the only one. */
export function withIndexedTask(container: Container): Container {
  const mounts = (container['volumeMounts'] ?? []) as readonly { readonly mountPath: string }[];
  return {
    ...container,
    volumeMounts: mounts.map((mount) => (mount.mountPath === taskFile ? indexedMount : mount)),
  };
}

/** The Job controller gives every container the variable. */
const indexedMount = {
  ...{ name: 'task', mountPath: taskFile, readOnly: true },
  subPathExpr: '$(JOB_COMPLETION_INDEX).json',
};
