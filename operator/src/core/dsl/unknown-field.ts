import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { suggestName } from '../validation/nearest-name.ts';

/** Names that people write for another, where the spelling alone would not tell. */
const meant = new Map([
  ['name', 'id'],
  ['id', 'pipeline_id'],
  ['displayName', 'name'],
  ['display_name', 'name'],
  ['needs', 'depends_on'],
  ['dependencies', 'depends_on'],
  ['timeout', 'timeout_minutes'],
  ['retries', 'retry_policy'],
]);

/** The issue for a field that the canonical form does not have at this place. */
export function unknownField(path: IssuePath, known: readonly string[], typesWithIt: readonly string[] = []): Issue {
  const name = String(path.at(-1));
  const hint = typesWithIt.length > 0 ? `${name} goes with the type ${typesWithIt.join(', ')}` : suggest(name, known);
  return {
    code: 'UnknownField',
    path,
    message: `unknown field ${quote(name)}`,
    ...(hint !== undefined && { hint }),
    atKey: true,
  };
}

function suggest(name: string, known: readonly string[]): string | undefined {
  const other = meant.get(name);
  return other !== undefined && known.includes(other)
    ? `did you mean ${other}?`
    : suggestName(name, known, 'fields here');
}
