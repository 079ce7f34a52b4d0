/** Something a user can mend, found by pure code. The shell adds where it stands (file, line, column). */
export interface Issue {
  /** Stable, documented identifier in PascalCase, such as `UnknownField`. */
  readonly code: string;
  /** Where, from the document's root: property names and list indexes. */
  readonly path: readonly (string | number)[];
  /** What is wrong, with the offending value where that helps. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
