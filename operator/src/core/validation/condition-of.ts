import type { ConditionUpdate } from '../conditions.ts';
import { validReasons } from '../reasons.ts';
import { shorten } from './shorten.ts';
import type { Finding, Verdict } from './verdict.ts';

/** The reason of a condition, by the lowest level that found an error. */
const reasonOfLevel = {
  1: validReasons.schemaInvalid,
  2: validReasons.referencesInvalid,
  3: validReasons.dataFlowInvalid,
  4: validReasons.resourcesInvalid,
} as const;

/** How a verdict on an object is said in a condition of it. Errors are in `status.errors` where the kind has them. */
export function conditionOf(
  { errors, warnings }: Pick<Verdict, 'errors' | 'warnings'>,
  see: { readonly errors?: string; readonly warnings?: string } = {},
): Pick<ConditionUpdate, 'status' | 'reason' | 'message'> {
  const [first] = [...errors].sort((one, other) => one.level - other.level);
  if (first === undefined)
    return {
      status: 'True',
      reason: validReasons.allChecksPassed,
      message: countWarnings(warnings.length, see.warnings),
    };
  return { status: 'False', reason: reasonOfLevel[first.level], message: summarize(first, errors.length, see.errors) };
}

const seeing = (where: string | undefined) => (where === undefined ? '' : `: see ${where}`);

function countWarnings(count: number, where: string | undefined): string {
  if (count === 0) return 'all checks passed';
  return `all checks passed, with ${count} warning${count === 1 ? '' : 's'}${seeing(where)}`;
}

function summarize({ path, message }: Finding, count: number, where: string | undefined): string {
  const rest = count === 1 ? '' : ` (and ${count - 1} more${seeing(where)})`;
  return `${shorten(path === '' ? message : `${path}: ${message}`)}${rest}`;
}
