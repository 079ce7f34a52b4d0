import type { Issue, IssuePath, ValidationLevel } from '../issue.ts';

/** Issues of a part of an object as issues of the whole, found at a level of validation. */
export function atLevel(level: ValidationLevel, issues: readonly Issue[], base: IssuePath = []): Issue[] {
  return issues.map((issue) => ({ ...issue, level, path: [...base, ...issue.path] }));
}
