import type { ValidationRule } from '../../api/fields.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { celValue } from './cel-value.ts';
import { quote } from '../quote.ts';
import { evaluateRule, isTransitionRule } from './evaluate-rule.ts';
import { childSchema, ownValue, type SchemaNode, unwrapSchema } from './schema-view.ts';

/**
 * What a schema demands in its Kubernetes metadata, at every place it does: CEL rules, keys that tell list items
 * apart, sets, numbers of properties. Rules about changes are left to the API server.
 */
export function findRuleIssues(schema: SchemaNode, value: unknown, schemaIssues: readonly Issue[]): Issue[] {
  const issues: Issue[] = [];
  const broken = brokenPlaces(schemaIssues);
  visit({ schema, value, path: [] }, (place) => {
    for (const meta of unwrapSchema(place.schema).metas) {
      issues.push(...checkRules(place, meta, broken));
      issues.push(...checkList(place, meta));
      issues.push(...checkSize(place, meta));
    }
  });
  return issues;
}

interface Place {
  readonly schema: SchemaNode;
  readonly value: unknown;
  readonly path: IssuePath;
}
type Meta = Readonly<Record<string, unknown>>;

function visit(place: Place, look: (place: Place) => void): void {
  look(place);
  if (typeof place.value !== 'object' || place.value === null) return;
  const segments = Array.isArray(place.value) ? place.value.keys() : Object.keys(place.value);
  for (const segment of segments) {
    const schema = childSchema(place.schema, place.value, segment);
    if (schema === undefined) continue;
    visit({ schema, value: ownValue(place.value, segment), path: [...place.path, segment] }, look);
  }
}

function checkRules(place: Place, meta: Meta, broken: ReadonlySet<string>): Issue[] {
  const rules = meta['x-kubernetes-validations'];
  if (!Array.isArray(rules) || broken.has(identify(place.path))) return [];
  const now = (rules as readonly ValidationRule[]).filter((rule) => !isTransitionRule(rule));
  if (now.length === 0) return [];
  const self = celValue(place.schema, place.value);
  return now.flatMap((rule) => {
    const outcome = evaluateRule(rule.rule, self);
    if (outcome === 'holds') return [];
    // A rule may stumble over what the schema has complained about already.
    if (outcome !== 'fails' && broken.size > 0) return [];
    const suffix = outcome === 'fails' ? '' : ` (the rule could not be evaluated: ${outcome.error})`;
    const path = [...place.path, ...parseFieldPath(rule.fieldPath)];
    return [{ code: 'RuleViolated', path, message: `${rule.message}${suffix}` }];
  });
}

/** The values that the schema complained about, or one of whose own fields: rules about them would only echo it. */
function brokenPlaces(schemaIssues: readonly Issue[]): ReadonlySet<string> {
  return new Set(schemaIssues.flatMap(({ path }) => [identify(path), identify(path.slice(0, -1))]));
}

const identify = (path: IssuePath) => JSON.stringify(path);

/** `.a.b` and `['a-b']` as segments. */
function parseFieldPath(fieldPath = ''): string[] {
  return [...fieldPath.matchAll(/\.([^.[\]]+)|\['([^']*)'\]/g)].map(([, name, key]) => name ?? key ?? '');
}

function checkList({ value, path }: Place, meta: Meta): Issue[] {
  const type = meta['x-kubernetes-list-type'];
  if (!Array.isArray(value) || (type !== 'set' && type !== 'map')) return [];
  const keys = meta['x-kubernetes-list-map-keys'];
  const fields = type === 'map' && Array.isArray(keys) ? (keys as readonly string[]) : [];
  const first = new Map<string, number>();
  return value.flatMap((item: unknown, index) => {
    const identity = fields.length === 0 ? [item] : fields.map((field) => ownValue(item, field));
    if (identity.includes(undefined)) return [];
    const text = JSON.stringify(identity);
    const before = first.get(text);
    if (before === undefined) first.set(text, index);
    return before === undefined ? [] : [duplicateItem([...path, index], identity[0], before, fields[0])];
  });
}

function duplicateItem(path: IssuePath, value: unknown, before: number, field: string | undefined): Issue {
  const isField = field !== undefined;
  return {
    code: 'DuplicateItem',
    path: isField ? [...path, field] : path,
    message: `${isField ? `the ${field} ` : ''}${quote(String(value))} is taken by item ${before} of the list already`,
    hint: 'each may stand in the list once',
  };
}

function checkSize({ value, path }: Place, { maxProperties }: Meta): Issue[] {
  if (typeof maxProperties !== 'number' || typeof value !== 'object' || value === null) return [];
  const size = Object.keys(value).length;
  if (size <= maxProperties) return [];
  return [{ code: 'TooLong', path, message: `must have at most ${maxProperties} properties, has ${size}` }];
}
