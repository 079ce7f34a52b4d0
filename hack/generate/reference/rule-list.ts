import { isTuple, type JsonSchema } from '../json-schema.ts';
import { referenceOf } from './describe-value.ts';

/** The CEL rules that a schema and what is below it carry, as a Markdown list of where, what is said, and the rule. */
export function renderRules(schema: JsonSchema, path: string): string | undefined {
  const lines = rulesBelow(schema, path).map(
    ({ at, rule, message }) => `- \`${at}\`: ${message}.\n  <br>\`${rule.replaceAll('\n', ' ')}\``,
  );
  return lines.length === 0 ? undefined : [...new Set(lines)].join('\n');
}

interface PlacedRule {
  readonly at: string;
  readonly rule: string;
  readonly message: string;
}

function rulesBelow(schema: JsonSchema, at: string): PlacedRule[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ rule, message = '', fieldPath = '' }) => ({
    at: `${at}${fieldPath}` || 'the whole object',
    rule,
    message,
  }));
  const parts = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].map((part) => [at, part] as const);
  return [...own, ...[...parts, ...childrenOf(schema, at)].flatMap(([path, child]) => rulesBelow(child, path))];
}

function childrenOf(schema: JsonSchema, at: string): (readonly [string, JsonSchema])[] {
  const { properties = {}, items, additionalProperties } = schema;
  if (referenceOf(schema) !== undefined) return [];
  const prefix = at === '' ? '' : `${at}.`;
  return [
    ...Object.entries(properties).map(([name, child]) => [`${prefix}${name}`, child] as const),
    ...(items === undefined || isTuple(items) ? [] : [[`${at}[]`, items] as const]),
    ...(typeof additionalProperties === 'object' ? [[`${at}.<key>`, additionalProperties] as const] : []),
  ];
}
