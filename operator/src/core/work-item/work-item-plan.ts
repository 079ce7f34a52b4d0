import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { CouncilWork } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { Usage } from '../../api/usage.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { KnownRecord } from '../context/known-record.ts';
import type { ExecutionMode } from '../pipeline/step-methods.ts';
import type { PromptPart } from '../template/resolve-prompt.ts';

/** What to record and what to do. */
export interface WorkItemPlan {
  readonly status: WorkItemStatus;
  /**
   * What must be stored before the status is recorded, because the status refers to it. Storing is repeatable: the
   * digest is the content's.
   */
  readonly artifacts: readonly ArtifactContent[];
  /** To be done after the status is recorded, in this order; each may be repeated. */
  readonly actions: readonly WorkItemAction[];
  /** Final records of loop iterations, which leave the status with this plan; events and metrics come from them too. */
  readonly folded: readonly StepStatus[];
  /** When to plan again should nothing be heard before, in milliseconds. */
  readonly requeueAfterMs?: number;
}

/** An artifact, and the digest that it is stored under. */
export interface ArtifactContent {
  readonly digest: string;
  readonly content: JsonValue;
}

/** What there is to do. */
export type WorkItemAction =
  | StartAttempt
  /** Ends an attempt that is under way: its result is no longer wanted. */
  | { readonly kind: 'stop-attempt'; readonly path: string; readonly attempt: number; readonly reason: string }
  /** Brings the content of an artifact into the facts. */
  | { readonly kind: 'read-artifact'; readonly digest: string }
  /** Brings the cache's answer into the facts. */
  | { readonly kind: 'look-up-cache'; readonly path: string; readonly key: string; readonly ttlSeconds: number }
  /** Brings the answer of a policy to its input into the facts. */
  | { readonly kind: 'ask-policy'; readonly rule: string; readonly input: JsonObject }
  /** Puts a result into the cache. Lost when the operator dies right now, which costs no more than a miss. */
  | { readonly kind: 'fill-cache'; readonly key: string; readonly ttlSeconds: number; readonly outputsDigest: string };

/** One part of a deliberation, as the one who has it is told. */
export interface SeatedStart {
  /** Path of the step whose deliberation it is. */
  readonly deliberation: string;
  readonly stage: NonNullable<CouncilWork['stage']>;
  /** Most tokens that it may use: a share of the Council's. */
  readonly maxTokens: number;
}

/** Starts a recorded attempt, unless it was started already: its name says which it is. */
export interface StartAttempt {
  readonly kind: 'start-attempt';
  readonly path: string;
  readonly attempt: number;
  /** Digest of what is started, as the attempt's record has it: whatever stands under its name must carry it. */
  readonly specDigest: string;
  readonly mode: ExecutionMode;
  /** The step with its templates resolved. */
  readonly step: Step;
  readonly inputs: JsonObject;
  /** The goal or the prompt of the step in its pieces, where it has one. */
  readonly prompt?: readonly PromptPart[];
  /** Name of the Method that is called, where the step calls one. */
  readonly method?: string;
  /** Name of the AgentRole that the step acts by, where it has one. */
  readonly role?: string;
  /** Most that the attempt may take, in seconds. */
  readonly timeoutSeconds: number;
  /** Why earlier work was sent back. */
  readonly feedback?: string;
  /** What it may be told of the run, before it is cut for its role. */
  readonly known?: readonly KnownRecord[];
  readonly reserved?: Usage;
  /** Whose part it is of a deliberation whose members have pods of their own. */
  readonly seat?: SeatedStart;
  /** Job that it shares with other attempts, where it has none to itself. */
  readonly jobName?: string;
}
