import type { JsonValue } from '../../api/json.ts';

/** What the names in templates and expressions stand for, at one place of a run. */
export interface Scope {
  /** The value under a name, or undefined when there is none: no such step, or one without a result. */
  lookUp(root: string): JsonValue | undefined;
  /** Names of steps that have a result here, for messages. */
  stepNames(): readonly string[];
  /** Whether a name is a variable (`input`, `run`, a loop variable) and not a step, for messages. */
  isVariable(root: string): boolean;
}

/** Why a template or an expression has no value. */
export interface ResolutionProblem {
  /** Stable identifier in PascalCase: `StepNotFound`, `FieldNotFound`, `NotAnArray`, … */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A value, or why there is none. */
export type Resolved<T> = { readonly value: T } | { readonly problem: ResolutionProblem };
