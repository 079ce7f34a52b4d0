/** What is looked at of a Job, as the cache has it. */
export interface JobView {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly conditions?: readonly ConditionView[];
    /** Of an Indexed Job, as ranges such as `0-2,5`. */
    readonly completedIndexes?: string;
    readonly failedIndexes?: string;
  };
}

/** A Job of attempts with the Pods that it controls. */
export interface JobAndPods {
  readonly job: JobView;
  readonly pods: readonly PodView[];
  /**
   * Whether the Pods are known up to the moment at which the Job was as it is here. Both are heard of by watches of their
   * own, and one may be far behind the other.
   */
  readonly arePodsCurrent: boolean;
}

/** A condition that is true. */
export interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What is looked at of a Pod. */
export interface PodView {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly ConditionView[];
    readonly initContainerStatuses?: readonly ContainerView[];
    readonly containerStatuses?: readonly ContainerView[];
  };
}

/** How one container is. */
export interface ContainerView {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: TerminatedView;
  };
}

/** How a container ended. */
export interface TerminatedView {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
}

/** Whether a condition of a type holds. */
export function findTrue(conditions: readonly ConditionView[] | undefined, type: string): ConditionView | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}
