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
}
