import type { Issue, IssuePath } from '../issue.ts';

/** The issue for what a document in the canonical form cannot say. */
export function noCanonicalForm(path: IssuePath, why: string, hint?: string): Issue {
  return {
    code: 'NoCanonicalForm',
    path,
    message: `the canonical form cannot say this: ${why}`,
    ...(hint !== undefined && { hint }),
  };
}
