import { tagValues } from './inline-references.ts';
import { type JsonSchema, type Place, report } from './json-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** The formats of Kubernetes that mean there what they mean in zod. */
const formats: ReadonlySet<string> = new Set(['date-time', 'date', 'uri', 'email', 'uuid', 'ipv4', 'ipv6', 'byte']);

/** Whether a schema takes whole numbers and texts, and nothing else. */
export function isIntOrString(schema: JsonSchema): boolean {
  const types = (schema.anyOf ?? []).map((part) => part.type);
  return (
    types.length > 1 && types.every((type) => type === 'integer' || type === 'string') && new Set(types).size === 2
  );
}

/** Converts a schema of texts, numbers or truth values, or of fixed values; reports any other. */
export function convertScalar(schema: JsonSchema, place: Place): StructuralSchema {
  if (isIntOrString(schema)) return convertIntOrString(schema, place);
  const fixed = fixedTexts(schema);
  if (fixed.length > 0) return { type: 'string', enum: fixed };
  switch (schema.type) {
    case 'string':
      return { type: 'string', ...textChecks(schema, place) };
    case 'integer':
    case 'number':
      return { type: schema.type, ...numberChecks(schema) };
    case 'boolean':
      return { type: 'boolean' };
    default:
      report(place, `a structural schema cannot say ${JSON.stringify(schema)}: use one type, or mark it free JSON`);
      return { type: 'string' };
  }
}

/** The fixed texts that a schema allows, also where they come from a union of such schemas. */
function fixedTexts(schema: JsonSchema): readonly string[] {
  const parts = schema.anyOf ?? schema.oneOf ?? [schema];
  return parts.every((part) => tagValues(part).length > 0) ? parts.flatMap(tagValues) : [];
}

function convertIntOrString(schema: JsonSchema, place: Place): StructuralSchema {
  const parts = schema.anyOf ?? [];
  const texts = parts.filter((part) => part.type === 'string');
  const [text, ...others] = texts;
  const numbers = parts.filter((part) => part.type === 'integer');
  if (text === undefined || others.length > 0 || numbers.length !== 1) {
    report(place, 'a union of numbers and texts may have one of each: merge the texts into one enum or pattern');
    return { 'x-kubernetes-int-or-string': true };
  }
  const words = fixedTexts(text);
  return {
    ...(words.length > 0 ? { pattern: `^(${words.join('|')})$` } : textChecks(text, place)),
    ...numberChecks(numbers[0] ?? {}),
    'x-kubernetes-int-or-string': true,
  };
}

function textChecks(schema: JsonSchema, place: Place): StructuralSchema {
  const { minLength, maxLength, format, pattern } = schema;
  const known = format !== undefined && formats.has(format);
  const more = (schema.allOf ?? []).map((part) => textChecks(part, place));
  return {
    ...(known && { format }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    // The pattern beside a format is zod's own way to check it.
    ...(pattern !== undefined && !known && { pattern: checkedPattern(pattern, place) }),
    ...(more.length > 0 && { allOf: more }),
  };
}

const foreignSyntax: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'looks ahead or behind'],
  [/\\([1-9]|k<)/, 'refers back to a group'],
  [/\\(u[0-9a-fA-F{]|c[A-Za-z])/, 'names a character by \\u or \\c'],
  [/\[\^?\]/, 'has an empty character class'],
];
const largestRepetition = 1000;

/** The pattern, reported when RE2, which the API server runs, would not take it or would read it in another way. */
function checkedPattern(pattern: string, place: Place): string {
  const unescaped = pattern.replaceAll('\\\\', '');
  for (const [syntax, what] of foreignSyntax) {
    if (syntax.test(unescaped)) report(place, `RE2 cannot run /${pattern}/, which ${what}`);
  }
  for (const [, , count] of unescaped.matchAll(/\{(\d+,)?(\d+)\}/g)) {
    if (Number(count) > largestRepetition) report(place, `RE2 repeats at most 1000 times: /${pattern}/; use maxLength`);
  }
  return pattern;
}

function numberChecks(schema: JsonSchema): StructuralSchema {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const isBound = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return {
    ...(isBound(minimum) && { minimum }),
    ...(isBound(maximum) && { maximum }),
    ...(exclusiveMinimum !== undefined && { minimum: exclusiveMinimum, exclusiveMinimum: true }),
    ...(exclusiveMaximum !== undefined && { maximum: exclusiveMaximum, exclusiveMaximum: true }),
    ...(multipleOf !== undefined && { multipleOf }),
  };
}
