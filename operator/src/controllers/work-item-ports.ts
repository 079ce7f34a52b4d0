import type { JsonObject, JsonValue } from '../api/json.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import type { ResolvedWork } from '../core/agent/resolve-work.ts';
import type { ProgressNotice } from '../core/work-item/describe-progress.ts';
import type {
  AssetFact,
  CacheHit,
  Ceilings,
  Facts,
  ObservedAttempt,
  PinnedPipeline,
  PolicyAnswer,
} from '../core/work-item/observed.ts';
import type { ArtifactContent, StartAttempt } from '../core/work-item/work-item-plan.ts';

/** What the controller of WorkItems needs from the cluster. */
export interface WorkItemCluster {
  /** The WorkItem as the cache has it; undefined when it is gone. */
  observe(key: string): WorkItem | undefined;
  /** Fails with a conflict when the WorkItem changed since it was observed. */
  replaceStatus(workItem: WorkItem, status: WorkItemStatus): Promise<void>;
  /** Removes annotations from it as it was observed. Fails with a conflict when it changed since. */
  removeAnnotations(workItem: WorkItem, keys: readonly string[]): Promise<void>;
  /** Deletes it as it was observed. */
  remove(workItem: WorkItem): Promise<void>;
  /** Tells people; never fails and never waits. */
  tell(workItem: WorkItem, notice: ProgressNotice): void;
}

/** What attempts are, outside of status: Jobs, calls, other engines' objects. */
export interface AttemptPort {
  /** Those of a WorkItem that are there. */
  observe(workItem: WorkItem): readonly ObservedAttempt[];
  /** Called before they are recorded. @throws Waiting while one of them could not be started anyway */
  assertReady(starts: readonly StartAttempt[], pinned: PinnedPipeline): void;
  /** Starts a recorded attempt; what stands under its name already is taken only when it is the same. */
  start(attempt: AttemptContext): Promise<void>;
  /** Starts attempts that share a Job, whose name their records have. */
  startTogether(attempts: readonly AttemptContext[]): Promise<void>;
  stop(workItem: WorkItem, attempt: AttemptName): Promise<void>;
  /** What has ended and was recorded is of no more use. */
  settle(workItem: WorkItem, open: ReadonlySet<string>): void;
  /** Takes away what the steps of an ended run have made in the cluster, as far as they say so. Repeatable. */
  cleanUp(run: EndedRun): Promise<void>;
  /** Nothing of it is wanted any more: it is gone. */
  forget(workItemUid: string): void;
  /** Removes what is left of a run that ended some time ago. */
  sweep(workItem: WorkItem): Promise<void>;
  /** Whether anything is left of it. */
  isLeft(workItem: WorkItem): boolean;
}

/** A run that has ended, as it is recorded. */
export interface EndedRun {
  readonly workItem: WorkItem;
  readonly pinned: PinnedPipeline;
  readonly status: WorkItemStatus;
}

/** One attempt of one step. */
export interface AttemptName {
  readonly path: string;
  readonly attempt: number;
}

/** An attempt that is to be started, and all that it takes. */
export interface AttemptContext {
  readonly key: string;
  readonly workItem: WorkItem;
  readonly pinned: PinnedPipeline;
  readonly start: StartAttempt;
  /** What the agent runner is given, once it is resolved. */
  readonly agent?: ResolvedWork;
  /**
   * Whether it was recorded by this process a moment ago. Else it may have been started before: by this process or by one that
   * led before.
   */
  readonly isFresh: boolean;
}

/** Where artifacts are. */
export interface ArtifactPort {
  /** Stores contents for a WorkItem, before anything refers to them. Repeatable. */
  store(workItem: WorkItem, contents: readonly ArtifactContent[]): Promise<void>;
  /** Adds a WorkItem to those that artifacts are kept for. */
  keep(workItem: WorkItem, digests: readonly string[]): Promise<void>;
  /** The content of an artifact that a WorkItem, or the one that it replays, refers to. */
  read(workItem: WorkItem, digest: string): Promise<JsonValue>;
  /** Contents that were read or stored a while ago. */
  readonly held: Facts['artifacts'];
}

/** Results that may be used again. */
export interface CachePort {
  /** A hit is kept for the WorkItem from then on. */
  lookUp(workItem: WorkItem, key: string): Promise<CacheHit | undefined>;
  fill(entry: CacheEntry): Promise<void>;
}

/** What the policy engines of namespaces say to transitions. */
export interface PolicyPort {
  /** Never rejects: no answer is a no that says why. */
  answer(question: {
    readonly namespace: string;
    readonly rule: string;
    readonly input: JsonObject;
  }): Promise<PolicyAnswer>;
}

/** One result that may be used again. */
export interface CacheEntry {
  readonly namespace: string;
  readonly key: string;
  readonly ttlSeconds: number;
  readonly outputsDigest: string;
}

/** What is known of a namespace at the moment. */
export interface NamespaceFacts {
  assets(namespace: string): readonly AssetFact[];
  budget(workItem: WorkItem): Ceilings | undefined;
  /** What the Tenant says of production. */
  safety(namespace: string): NonNullable<Facts['safety']>;
  /** Another WorkItem of the same namespace. */
  find(namespace: string, name: string): WorkItem | undefined;
  /** Seconds that finished Jobs are kept, and finished WorkItems (for ever when undefined). */
  retention(workItem: WorkItem): {
    readonly finishedJobsSeconds: number;
    readonly workItemSeconds?: number | undefined;
  };
}
