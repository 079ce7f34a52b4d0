import type { AgentRole } from '../../api/agent-role.ts';
import type { ProgressCounts } from '../../api/attempt-progress.ts';
import type { Council } from '../../api/council.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Method } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { GateStatus } from '../../api/gate-status.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import type { TenantSpec } from '../../api/tenant.ts';
import type { Usage } from '../../api/usage.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { PolicyProblem } from '../decision/policies-in-force.ts';

/** Everything that a plan may depend on. No clock, no client: those are values already. */
export interface ObservedWorkItem {
  /** With the status that the last plan recorded. */
  readonly workItem: WorkItem;
  readonly pinned: PinnedPipeline;
  /** Attempts as they are seen outside: a Job and its Pod, a call, another engine's object. At most one each. */
  readonly children: readonly ObservedAttempt[];
  readonly facts: Facts;
  readonly now: Date;
}

/** What the run is pinned to: the same, whatever is edited while it runs. Planning is fastest when it stays one object. */
export interface PinnedPipeline {
  readonly spec: PipelineSpec;
  /** Name of the Pipeline; none when it was given inline. */
  readonly name?: string;
  /** ControllerRevision that holds it all. */
  readonly revision: string;
  /** Digest of all of it. */
  readonly digest: string;
  readonly roles: readonly AgentRole[];
  readonly methods: readonly Method[];
  readonly models: readonly Model[];
  readonly councils: readonly Council[];
  /** Models that others answered for when the run began, as the Tenant says. */
  readonly modelOverrides?: readonly { readonly from: string; readonly to: string }[];
}

/** One attempt as it is seen outside. */
export interface ObservedAttempt {
  /** Path of the step. */
  readonly path: string;
  readonly number: number;
  /** UID of its Job, where it has one. */
  readonly jobUid?: string;
  /** Why nothing happens yet: no GPU or no room is free, the image does not come, the model loads, an event is awaited. */
  readonly waitingFor?: {
    readonly kind: 'gpu' | 'quota' | 'image' | 'model' | 'event';
    readonly name: string;
    readonly message: string;
  };
  /** Its Job has ended, and how its Pod ended is not known yet: to be looked at again soon. */
  readonly isBehind?: boolean;
  /** How far it has come, as its pod tells. */
  readonly progress?: ProgressCounts;
  /** How it ended; none while it goes on. */
  readonly outcome?: AttemptOutcome;
}

/** How an attempt ended. */
export interface AttemptOutcome {
  readonly result: NonNullable<Attempt['result']>;
  /** Outputs as the executor gave them, when they are at hand. */
  readonly outputs?: JsonObject;
  /** Where they are otherwise. */
  readonly outputsRef?: OutputsRef;
  /** Why it failed, in a word. */
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  /** Whether trying again may help; true when it is left out. */
  readonly retryable?: boolean;
  readonly used?: Usage;
  readonly podUid?: string;
  /** Artifact that holds the whole result. */
  readonly resultDigest?: string;
}

/** Where outputs are that are too large to stand in status. */
export type OutputsRef = NonNullable<StepStatus['outputsRef']>;

/** What is known of the world beside children. What a plan lacks, it asks for by an action, and the next plan has it. */
export interface Facts {
  /** Contents of artifacts, by digest. Loop results and outputs that are too large for status. */
  readonly artifacts: Pick<ReadonlyMap<string, JsonValue>, 'get' | 'has'> & {
    /** Whether the store was asked for it and has none of this digest: asking again would not help. */
    readonly isGone?: (digest: string) => boolean;
  };
  /** Assets that events announced, and those of other runs. */
  readonly assets: readonly AssetFact[];
  /** Verified decisions of people, the oldest first. */
  readonly decisions: readonly DecisionFact[];
  /** Verified actions of people in the lifecycle, the oldest first; none when it is left out. */
  readonly actions?: readonly ActionFact[];
  /** Answers of policies that guard transitions, by the path of their rule. A policy that has not answered allows nothing. */
  readonly policies?: { readonly get: (rule: string, input: () => JsonObject) => PolicyAnswer | undefined };
  /** What the Tenant says of production; nothing may reach it when this is left out. */
  readonly safety?: Pick<TenantSpec['safety'], 'allowProduction' | 'productionApprovals'>;
  /** Answers of the cache, by key: `miss` when it has nothing fresh. */
  readonly cache: Pick<ReadonlyMap<string, CacheHit | 'miss'>, 'get'>;
  /** Whether the namespace lets this WorkItem run now. */
  readonly quota: { readonly admitted: boolean; readonly message?: string };
  /** What may still be spent, beside what this WorkItem has reserved and used; no ceiling when it is left out. */
  readonly budget?: Ceilings;
  /** Identity of the admission policies; part of what every decision covers. Undefined while they are missing. */
  readonly policyEpoch?: string;
  /** What nobody else can know yet, other for each plan; part of what decisions cover from then on when the policies are others. */
  readonly salt?: string;
  /** Why there is no epoch: what is wrong with the policies, in a word and in words. */
  readonly policyProblem?: PolicyProblem;
  /** The run that is replayed, when `spec.replay` says so. */
  readonly replayed?: ReplayedRun;
}

/** What is known of a run that has ended and is replayed. */
export interface ReplayedRun {
  readonly workItemUid: string;
  /** What it was pinned to; none when it ended before that. */
  readonly pipeline?: { readonly name?: string | undefined; readonly digest: string };
  readonly steps: readonly StepStatus[];
}

/** Most that may be spent. */
export interface Ceilings {
  readonly tokens?: number;
  readonly costUnits?: string;
  readonly gpuSeconds?: number;
}

/** An asset that is there. */
export interface AssetFact {
  readonly name: string;
  /** What the event carried; null when nothing. */
  readonly value?: JsonValue;
  readonly digest?: string;
  /** RFC 3339. */
  readonly at: string;
}

/** A decision of a person that was verified: who, and on what, are certain. */
export type DecisionFact = NonNullable<GateStatus['decisions']>[number] & { readonly gate: string };

/** An action of a person in the lifecycle that was verified: who, and on what, are certain. */
export interface ActionFact {
  readonly action: string;
  /** Annotation it came from, without the prefix. */
  readonly slot: string;
  /** Role that the person acted in. */
  readonly role: string;
  readonly user: string;
  /** What they acted on. */
  readonly digest: string;
  readonly comment?: string;
  /** When the operator saw it, RFC 3339. */
  readonly at: string;
}

/** What a policy says to a transition. */
export interface PolicyAnswer {
  readonly allowed: boolean;
  readonly message?: string;
  /** Until when it counts, RFC 3339: a no is asked for again then. */
  readonly until?: string;
}

/** A result of the same step for the same inputs. */
export interface CacheHit {
  readonly outputs?: JsonObject;
  readonly outputsRef?: OutputsRef;
  /** When it was made, RFC 3339. */
  readonly at: string;
}
