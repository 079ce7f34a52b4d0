import { isIntOrString } from '../convert-scalar.ts';
import { tagValues } from '../inline-references.ts';
import { isTuple, type JsonSchema } from '../json-schema.ts';

/** Where the reference speaks of a schema that has a page or section of its own, by its name. */
export type Links = Readonly<Record<string, string>>;

const code = (text: string) => `\`${text}\``;

/** The name of the definition that a schema is, if it is one. */
export function referenceOf(schema: JsonSchema): string | undefined {
  const reference = schema.$ref ?? schema.allOf?.find((part) => part.$ref !== undefined)?.$ref;
  return reference?.replace('#/definitions/', '');
}

/** What a value is, in words: `integer`, `list of string`, `` `a` or `b` ``. */
export function describeType(schema: JsonSchema, links: Links): string {
  const reference = referenceOf(schema);
  if (reference !== undefined) return `[${reference}](${links[reference] ?? `#${reference.toLowerCase()}`})`;
  if (isIntOrString(schema)) return 'integer or string';
  const texts = tagValues(schema);
  if (texts.length > 0) return texts.map(code).join(', ');
  if (schema.type === 'array') return describeList(schema, links);
  return schema.type === 'object' ? describeMap(schema, links) : describePlain(schema);
}

function describePlain({ type, format, oneOf }: JsonSchema): string {
  if (oneOf !== undefined) return 'object';
  if (format === 'date-time') return 'time (RFC 3339)';
  return typeof type === 'string' ? type : 'any JSON';
}

function describeList({ items = {} }: JsonSchema, links: Links): string {
  return isTuple(items) ? 'list' : `list of ${describeType(items, links)}`;
}

function describeMap(schema: JsonSchema, links: Links): string {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined || typeof additionalProperties !== 'object') return 'object';
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'object of any JSON';
  return `map of ${describeType(additionalProperties, links)}`;
}

/** What a value must keep to, in words; empty when there is nothing. */
export function describeBounds(schema: JsonSchema): string {
  if (isIntOrString(schema)) return (schema.anyOf ?? []).map(describeBounds).filter(Boolean).join('; ');
  return [
    ...(schema.format === 'date-time' ? [] : range(schema.minLength, schema.maxLength, 'characters')),
    ...range(schema.minItems, schema.maxItems, 'items'),
    ...range(schema.minProperties, schema.maxProperties, 'entries'),
    ...range(schema.minimum, schema.maximum, ''),
    ...(schema.pattern !== undefined && schema.format === undefined ? [describePattern(schema.pattern)] : []),
    ...uniqueness(schema),
  ].join('; ');
}

const wordsOfPatterns: Readonly<Record<string, string>> = {
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$': 'DNS subdomain (RFC 1123)',
};

const describePattern = (pattern: string) => wordsOfPatterns[pattern] ?? code(pattern.replaceAll('\\/', '/'));

const isBound = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

/** A lower bound of 0 says nothing of a size. */
function range(low: number | undefined, high: number | undefined, unit: string): string[] {
  const least = isBound(low) && (low !== 0 || unit === '') ? number(low) : undefined;
  const most = isBound(high) ? number(high) : undefined;
  const words = unit === '' ? '' : ` ${unit}`;
  if (least !== undefined && most !== undefined) return [`${least} to ${most}${words}`];
  if (least !== undefined) return [`at least ${least}${words}`];
  return most === undefined ? [] : [`at most ${most}${words}`];
}

const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 6 });

function uniqueness(schema: JsonSchema): string[] {
  if (schema['x-kubernetes-list-type'] === 'set') return ['no duplicates'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return keys.length === 0 ? [] : [`one for each ${keys.map(code).join(' and ')}`];
}
