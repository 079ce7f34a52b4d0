import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { nearestName, suggestName } from '../validation/nearest-name.ts';

/** Names that people write for another, where the spelling alone would not tell. */
const meant = new Map([
  ['name', 'id'],
  ['needs', 'depends_on'],
  ['dependencies', 'depends_on'],
  ['timeout', 'timeout_minutes'],
  ['retries', 'retry_policy'],
]);

/** The issue for a field that the canonical form does not have at this place. */
export function unknownField(path: IssuePath, known: readonly string[]): Issue {
  const name = String(path.at(-1));
  const other = meant.get(name);
  const nearest = other !== undefined && known.includes(other) ? other : nearestName(name, known);
  const hint = nearest === undefined ? suggestName(name, known, 'fields here') : `did you mean ${nearest}?`;
  return {
    code: 'UnknownField',
    path,
    message: `unknown field ${quote(name)}`,
    ...(hint !== undefined && { hint }),
    atKey: true,
  };
}
