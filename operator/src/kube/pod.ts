import { projectCondition, type ChildCondition } from './job.ts';
import { cutText, projectMetadata, withoutAbsent } from './project-metadata.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** How one container of a Pod is. */
export interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: {
      readonly exitCode: number;
      readonly signal?: number;
      readonly reason?: string;
      /** What the container left as its termination message. */
      readonly message?: string;
      readonly startedAt?: string;
      readonly finishedAt?: string;
    };
  };
}

/** What the operator knows of a Pod. */
export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly ChildCondition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Pods. */
export const pods: ResourceType<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** Why a Pod waits for a node, and that it was disrupted; the rest repeats what the containers say. */
const keptConditions: ReadonlySet<string> = new Set(['PodScheduled=False', 'DisruptionTarget=True']);
const longestMessageBytes = 160;
/** Of a termination message: longer ones break the contract of the result, and count as unreadable. */
const longestResultBytes = 1024;

/**
 * At most 1 KiB of a Pod, and on top of it the termination messages of its containers (at most 1 KiB each, the result
 * itself): identity, where it runs, why it waits, how each container ended.
 */
export function projectPod({ apiVersion, kind, metadata, spec = {}, status = {} }: Pod): Pod {
  const { nodeName } = spec;
  const { phase, reason } = status;
  const conditions = status.conditions?.filter(isTelling).map(projectCondition) ?? [];
  return {
    apiVersion,
    kind,
    metadata: projectMetadata(metadata),
    spec: withoutAbsent({ nodeName }),
    status: withoutAbsent({
      phase,
      reason,
      message: cutText(status.message, longestMessageBytes),
      conditions: conditions.length === 0 ? undefined : conditions,
      initContainerStatuses: status.initContainerStatuses?.map(projectContainer),
      containerStatuses: status.containerStatuses?.map(projectContainer),
    }),
  };
}

function isTelling({ type, status }: ChildCondition): boolean {
  return keptConditions.has(`${type}=${status}`);
}

function projectContainer({ name, restartCount, state = {} }: ContainerStatus): ContainerStatus {
  const { waiting, running, terminated } = state;
  return withoutAbsent({
    name,
    restartCount: restartCount === 0 ? undefined : restartCount,
    state: withoutAbsent({
      waiting: waiting && withoutAbsent({ ...waiting, message: cutText(waiting.message, longestMessageBytes) }),
      running,
      terminated: terminated && projectEnd(terminated),
    }),
  });
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

function projectEnd({ exitCode, signal, reason, message, startedAt, finishedAt }: Terminated): Terminated {
  const kept = cutText(message, longestResultBytes);
  return withoutAbsent({ exitCode, signal, reason, message: kept, startedAt, finishedAt });
}
