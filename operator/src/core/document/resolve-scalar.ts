import { quote } from '../quote.ts';

/** What a plain or tagged YAML scalar means, and whether the author may be surprised by it. */
export type ResolvedScalar =
  { readonly value: string | number | boolean | null; readonly surprise?: Surprise } | { readonly invalid: string };

/** A reading that is right by the rules of kubectl, yet often not what was meant. */
export type Surprise = 'BooleanWord' | 'OctalNumber' | 'InexactNumber';

type ScalarValue = string | number | boolean | null;

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const LARGEST_INTEGER = 2n ** 64n - 1n;
const SMALLEST_INTEGER = -(2n ** 63n);
/** `0b` and 64 digits. */
const LONGEST_INTEGER = 66;
const YAML = 'tag:yaml.org,2002:';

/**
 * Reads an untagged plain scalar as kubectl does (sigs.k8s.io/yaml over go-yaml 2): YAML 1.1 booleans, `0777` is
 * octal, `_` may group digits, dates are text, numbers in base 60 are text.
 */
export function resolvePlainScalar(text: string): ResolvedScalar {
  if (NULL.has(text)) return { value: null };
  const flag = TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
  if (flag !== undefined)
    return /^(?:true|false)$/i.test(text) ? { value: flag } : { value: flag, surprise: 'BooleanWord' };
  if (NOT_FINITE.test(text)) return { invalid: `${text} has no place in JSON` };
  return resolveNumber(text) ?? { value: text };
}

/** Reads a scalar with an explicit tag, such as `!!int`; tags are full names (`tag:yaml.org,2002:int`) or `!`. */
export function resolveTaggedScalar(tag: string, text: string): ResolvedScalar {
  if (textTags.has(tag)) return { value: text };
  const accepts = taggedValues.get(tag);
  if (accepts === undefined) return { invalid: `unknown tag ${quote(shortTag(tag))}` };
  const resolved = resolvePlainScalar(text);
  const fits = 'value' in resolved && accepts(resolved.value, text);
  return fits ? { value: resolved.value } : { invalid: `${quote(text)} is no ${shortTag(tag)}` };
}

const textTags = new Set(['!', `${YAML}str`, `${YAML}timestamp`]);
const taggedValues = new Map<string, (value: ScalarValue, text: string) => boolean>([
  [`${YAML}null`, (value) => value === null],
  [`${YAML}bool`, (value) => typeof value === 'boolean'],
  [`${YAML}int`, (_, text) => INTEGER.test(text.replaceAll('_', ''))],
  [`${YAML}float`, (value) => typeof value === 'number'],
]);

/** `!!str` for `tag:yaml.org,2002:str`; other tags as they are. */
export function shortTag(tag: string): string {
  return tag.startsWith(YAML) ? `!!${tag.slice(YAML.length)}` : tag;
}

function resolveNumber(text: string): ResolvedScalar | undefined {
  if (!/^[-+.0-9]/.test(text)) return undefined;
  // Digits may be grouped by `_`, but not in a number that begins with its point.
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  return resolveInteger(digits) ?? resolveFloat(digits);
}

/** Undefined also when the number does not fit 64 bits: kubectl then reads it as a float. */
function resolveInteger(text: string): ResolvedScalar | undefined {
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (digits === undefined || digits.length > LONGEST_INTEGER) return undefined;
  const isOctal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const integer = sign === '-' ? -magnitude : magnitude;
  if (integer > LARGEST_INTEGER || integer < SMALLEST_INTEGER) return undefined;
  const value = Number(integer);
  if (BigInt(value) !== integer) return { value, surprise: 'InexactNumber' };
  return isOctal ? { value, surprise: 'OctalNumber' } : { value };
}

function resolveFloat(text: string): ResolvedScalar | undefined {
  const value = FLOAT.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? { value } : undefined;
}
