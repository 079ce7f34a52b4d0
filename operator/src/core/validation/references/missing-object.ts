import type { Issue, IssuePath } from '../../issue.ts';
import { quote } from '../../quote.ts';
import { suggestName } from '../nearest-name.ts';
import type { World } from '../world.ts';

/** Something that is named and not there. */
export interface MissingObject {
  readonly code: string;
  /** What it is, such as `Method`. */
  readonly what: string;
  readonly name: string;
  readonly path: IssuePath;
  /** Names of those that are there and would do. */
  readonly known: readonly string[];
}

/** Says that something is not there: an error where all there is is known, else a warning, for it may still exist. */
export function missingObject({ code, what, name, path, known }: MissingObject, { complete }: World): Issue {
  const hint = suggestName(name, known, `${what}s`);
  const message = complete ? `there is no ${what} ${quote(name)}` : `the ${what} ${quote(name)} is not in these files`;
  const elsewhere = complete ? undefined : 'on a cluster it must be there; name its file too to check it here';
  const better = hint ?? elsewhere;
  return {
    code,
    ...(!complete && { severity: 'warning' }),
    path,
    message,
    ...(better !== undefined && { hint: better }),
  };
}
