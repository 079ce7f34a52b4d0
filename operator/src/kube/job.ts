import { cutText, projectMetadata, withoutAbsent } from './project-metadata.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** A condition of a Job or Pod. */
export interface ChildCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** What the operator knows of a Job. */
export interface Job extends KubeObject {
  readonly spec?: {
    readonly suspend?: boolean;
    readonly completions?: number;
    readonly parallelism?: number;
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    /** As ranges, such as `0-2,5`. */
    readonly completedIndexes?: string;
    readonly failedIndexes?: string;
    readonly conditions?: readonly ChildCondition[];
  };
}

/** Jobs. */
export const jobs: ResourceType<Job> = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };

const longestMessageBytes = 160;

/** At most 1 KiB of a Job: identity, whether it runs, how it ended. Its Pod template, most of it, is left out. */
export function projectJob({ apiVersion, kind, metadata, spec = {}, status = {} }: Job): Job {
  const { suspend, completions, parallelism } = spec;
  const { active, succeeded, failed, startTime, completionTime, completedIndexes, failedIndexes } = status;
  const conditions = status.conditions?.filter(({ status }) => status === 'True').map(projectCondition);
  return {
    apiVersion,
    kind,
    metadata: projectMetadata(metadata),
    spec: withoutAbsent({ suspend, completions, parallelism }),
    status: withoutAbsent({
      active,
      succeeded,
      failed,
      startTime,
      completionTime,
      completedIndexes,
      failedIndexes,
      conditions,
    }),
  };
}

/** A condition with its message cut to what people read of it. */
export function projectCondition({
  type,
  status,
  reason,
  message,
  lastTransitionTime,
}: ChildCondition): ChildCondition {
  return withoutAbsent({ type, status, reason, message: cutText(message, longestMessageBytes), lastTransitionTime });
}
