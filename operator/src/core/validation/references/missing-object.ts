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
  return {
    code,
    ...(!complete && { severity: 'warning' }),
    path,
    message: complete
      ? `there is no ${what} ${quote(name)}`
      : `no ${what} ${quote(name)} is among the files; a cluster must have it`,
    ...(hint !== undefined && { hint }),
  };
}
