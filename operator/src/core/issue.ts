/** Where something stands, from the document's root: property names and list indexes. */
export type IssuePath = readonly (string | number)[];

/** A level of validation: 1 schema, 2 references, 3 data flow, 4 resources. */
export type ValidationLevel = 1 | 2 | 3 | 4;

/** Something a user can mend, found by pure code. The shell adds where it stands (file, line, column). */
export interface Issue {
  /** Stable, documented identifier in PascalCase, such as `UnknownField`. */
  readonly code: string;
  /** Where, from the document's root: property names and list indexes. */
  readonly path: IssuePath;
  /** What is wrong, with the offending value where that helps. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** A warning works, but deserves a look; a note only informs. Without it, the issue is an error. */
  readonly severity?: 'warning' | 'note';
  /** Level of validation that found it: 1 schema (when left out), 2 references, 3 data flow, 4 resources. */
  readonly level?: ValidationLevel;
  /** Set where the name of the property is at fault, not its value. */
  readonly atKey?: true;
}

/** Whether an issue makes what it stands in invalid. */
export function isError(issue: Issue): boolean {
  return issue.severity === undefined;
}
