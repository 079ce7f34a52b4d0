import type { Issue, IssuePath } from '../issue.ts';
import { describeType, describeValue } from '../validation/describe-value.ts';

/** The issue for a value that is of another JSON type than its field. */
export function wrongType(path: IssuePath, expected: 'string' | 'boolean' | 'object', found: unknown): Issue {
  return {
    code: 'WrongType',
    path,
    message: `must be ${describeType(expected)}, found ${describeValue(found)}`,
    ...(expected === 'string' && typeof found === 'number' && { hint: `put it in quotes: "${found}"` }),
  };
}
