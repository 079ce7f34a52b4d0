import type { Estimate } from '../../api/estimate.ts';
import type { ValidationLevel } from '../issue.ts';

/** Something that validation found, and where. */
export interface Finding {
  /** Stable, documented identifier: see docs/reference/errors.md. */
  readonly code: string;
  /** 1 schema, 2 references, 3 data flow, 4 resources. */
  readonly level: ValidationLevel;
  readonly file?: string;
  /** From 1, where the text is known. */
  readonly line?: number;
  readonly column?: number;
  /** Path in the object, such as `spec.steps[2].method`; empty for the object itself. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** What validation says of all that it was given. */
export interface Verdict {
  /** Whether there is no error. */
  readonly valid: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly notes: readonly Finding[];
  /** Upper bound of what one run of each pipeline costs together, a decimal number in the Tenant's currency unit. */
  readonly estimatedCostUnits?: string;
  /** Upper bound of how long the longest of them takes, in whole minutes. */
  readonly estimatedDurationMinutes?: number;
  /** Each pipeline by itself: of Pipelines, and of WorkItems that bring their own. */
  readonly estimates: readonly EstimatedRun[];
}

/** What one run of a pipeline is estimated to take. */
export interface EstimatedRun {
  readonly kind: string;
  readonly name: string;
  readonly file?: string;
  readonly estimatedCostUnits: string;
  readonly estimatedDurationMinutes: number;
  /** The same as a range, and what it rests on. */
  readonly estimate: Estimate;
}
