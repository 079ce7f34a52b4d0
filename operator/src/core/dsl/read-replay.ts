import type { Issue } from '../issue.ts';
import { isPlainObject } from './is-plain-object.ts';
import { unknownField } from './unknown-field.ts';
import { wrongType } from './wrong-type.ts';

/** The fields of a `replay` block, and their types. */
export const replayFields = {
  enabled: 'boolean',
  original_execution_id: 'string',
  replay_from_step: 'string',
} as const;

/** A `replay` block as it is written, and what is wrong with it. */
export interface ReadReplay {
  readonly block: Readonly<Record<string, unknown>> | undefined;
  readonly isEnabled: boolean;
  readonly issues: readonly Issue[];
}

/** More fields than this are not looked at: most of them are told to be unknown. */
const MOST_FIELDS = 100;

/** Reads the `replay` block of a document in the canonical form. */
export function readReplay(value: unknown): ReadReplay {
  if (value === undefined) return { block: undefined, isEnabled: false, issues: [] };
  if (!isPlainObject(value))
    return { block: undefined, isEnabled: false, issues: [wrongType(['replay'], 'object', value)] };
  const types = new Map<string, 'boolean' | 'string'>(Object.entries(replayFields));
  const issues = Object.entries(value)
    .slice(0, MOST_FIELDS)
    .flatMap(([key, inner]) => {
      const type = types.get(key);
      if (type === undefined) return [unknownField(['replay', key], [...types.keys()])];
      return typeof inner === type ? [] : [wrongType(['replay', key], type, inner)];
    });
  return { block: value, isEnabled: value['enabled'] === true, issues };
}
