import type { JsonObject } from '../../api/json.ts';
import type { Estimate } from '../../api/estimate.ts';
import type { Waiting } from '../../api/work-item-status.ts';

/** How a dry-run went. Times are seconds of the virtual clock since the run began. */
export interface DryRunReport {
  readonly phase: 'Succeeded' | 'Failed' | 'Cancelled' | 'Waiting';
  readonly reason: string;
  readonly message?: string;
  readonly outputs: JsonObject;
  /** Paths of the steps in the order in which they began. */
  readonly order: readonly string[];
  /** By path, in the order in which they began; then those that never did, in the order of the document. */
  readonly steps: Readonly<Record<string, DryRunStep>>;
  /** How long the run took by the virtual clock. */
  readonly durationSeconds: number;
  /** What a run costs on a cluster at most, in the Tenant's currency unit, as a decimal number. */
  readonly estimatedCostUnits: string;
  /** Time that a run takes on a cluster at most. */
  readonly estimatedDurationSeconds: number;
  readonly estimate: Estimate;
  /** What it waits for, where it waits. */
  readonly waitingFor: readonly Waiting[];
  readonly warnings: readonly DryRunWarning[];
}

/** One step of a dry-run. */
export interface DryRunStep {
  readonly phase: 'Succeeded' | 'Failed' | 'Skipped' | 'Waiting' | 'Cancelled';
  /** Why, in a word. */
  readonly reason: string;
  /** Why, in words. */
  readonly message?: string;
  /** How many attempts were made. */
  readonly attempts: number;
  /** Each of them, the oldest first. */
  readonly history: readonly DryRunAttempt[];
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
  /** Left out when it never began. */
  readonly startedAtSeconds?: number;
  /** Left out when it has not ended. */
  readonly finishedAtSeconds?: number;
}

/** One attempt. */
export interface DryRunAttempt {
  readonly attempt: number;
  readonly result: 'Succeeded' | 'Failed' | 'Cancelled' | 'Running';
  readonly reason?: string;
  readonly message?: string;
  readonly startedAtSeconds: number;
  /** Left out when it has not ended. */
  readonly finishedAtSeconds?: number;
}

/** Something that may be otherwise on a cluster. */
export interface DryRunWarning {
  /** Stable identifier in PascalCase. */
  readonly code: string;
  readonly message: string;
  /** Path of the step that it is about. */
  readonly step?: string;
}
