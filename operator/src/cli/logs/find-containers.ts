import { containerNames } from '../../core/manifest/render-containers.ts';
import { memberOfPod } from '../../core/manifest/members.ts';
import type { ClusterKind, ClusterObject } from '../cluster/account.ts';

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly terminated?: { readonly exitCode: number }; readonly running?: object };
}

/** A Pod, as far as its logs matter. */
export interface LoggedPod extends ClusterObject {
  readonly status?: {
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Pods. */
export const pods: ClusterKind<LoggedPod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** Which logs are wanted. */
export interface LogSelection {
  /** Path of the step, or its name alone for all iterations; none stands for all steps. */
  readonly step?: string | undefined;
  readonly attempt?: number | undefined;
  /** A container that is named is shown whatever it is. */
  readonly container?: string | undefined;
}

/** A container whose log can be read. */
export interface LoggedContainer {
  readonly pod: string;
  readonly container: string;
  /** Path of the step and number of the attempt that the Pod works for. */
  readonly path: string;
  readonly attempt: number;
  readonly hasEnded: boolean;
}

/** Containers that only carry what others need and what they leave: they matter when they fail. */
const carriers: ReadonlySet<string> = new Set([
  ...[containerNames.prepare, containerNames.launcher, containerNames.collect],
]);

/** The containers of Pods whose logs are wanted, in the order of steps and attempts as the Pods were made. */
export function findContainers(found: readonly LoggedPod[], selection: LogSelection): readonly LoggedContainer[] {
  const { step, attempt, container: wanted } = selection;
  return [...found].sort(byAge).flatMap((pod) => {
    const member = memberOfPod(pod.metadata);
    if (member === undefined || (attempt !== undefined && member.attempt !== attempt)) return [];
    if (step !== undefined && member.path !== step && nameOf(member.path) !== step) return [];
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
    return [...initContainerStatuses, ...containerStatuses]
      .filter((each) => hasBegun(each) && (wanted === undefined ? matters(each) : each.name === wanted))
      .map(({ name, state }) => ({
        ...{ pod: pod.metadata.name, container: name, path: member.path, attempt: member.attempt },
        hasEnded: state?.terminated !== undefined,
      }));
  });
}

const byAge = (one: LoggedPod, other: LoggedPod) =>
  Date.parse(one.metadata.creationTimestamp ?? '') - Date.parse(other.metadata.creationTimestamp ?? '') ||
  one.metadata.name.localeCompare(other.metadata.name);

const nameOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);

const hasBegun = ({ state }: ContainerStatus) => state?.running !== undefined || state?.terminated !== undefined;

function matters({ name, state }: ContainerStatus): boolean {
  return !carriers.has(name) || (state?.terminated?.exitCode ?? 0) !== 0;
}
