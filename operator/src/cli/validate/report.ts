import type { Issue, ValidationLevel } from '../../core/issue.ts';
import type { EstimatedRun } from '../../core/validation/verdict.ts';

/** An issue and where it stands, as reports tell it. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  readonly code: string;
  /** Level of validation that found it. */
  readonly level: ValidationLevel;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path in the object, such as `spec.steps[2].method`; empty for the object itself. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** What validation found in all files together. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly documents: number;
  /** What runs of the pipelines are estimated to take, where all levels were checked. */
  readonly estimate?: ReportedEstimate;
}

/** What runs of all pipelines together are estimated to take, and each by itself. */
export interface ReportedEstimate {
  /** Upper bound, in the Tenant's currency unit. */
  readonly estimatedCostUnits: string;
  /** Upper bound of the longest of them, in minutes. */
  readonly estimatedDurationMinutes: number;
  readonly runs: readonly EstimatedRun[];
}

/** Whether nothing found is an error. */
export function isValid({ findings }: Report): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}

/** The severity of an issue in a word. */
export function severityOf(issue: Issue): Finding['severity'] {
  return issue.severity ?? 'error';
}
