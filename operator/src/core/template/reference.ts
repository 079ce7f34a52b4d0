import type { IssuePath } from '../issue.ts';

/** One step of a path inside a value: a field, an item of a list, or every item of a list (`[*]`). */
export type Segment =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'item'; readonly index: number }
  | { readonly kind: 'splat' };

/** What stands inside `{{…}}`: a name, and the way from there into its value. */
export interface Reference {
  /** A step, `input`, `run`, or a loop variable. */
  readonly root: string;
  readonly segments: readonly Segment[];
  /** As it was written, without the braces and the space inside them: `collect.posts[*].text`. */
  readonly text: string;
}

/** A reference and where it stands in the value that holds it. */
export interface PlacedReference {
  readonly reference: Reference;
  readonly path: IssuePath;
}
