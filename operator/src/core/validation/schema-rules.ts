import type { ValidationRule } from '../../api/fields.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { celValue } from './cel-value.ts';
import { evaluateRule, isTransitionRule } from './evaluate-rule.ts';
import { findConstraintIssues, type Meta, type Place } from './schema-constraints.ts';
import { childSchema, ownValue, type SchemaNode, unwrapSchema } from './schema-view.ts';

/**
 * What a schema demands in its Kubernetes metadata, at every place it does: CEL rules, and constraints that zod does
 * not know. Rules about changes are left to the API server.
 */
export function findRuleIssues(schema: SchemaNode, value: unknown, schemaIssues: readonly Issue[]): Issue[] {
  const issues: Issue[] = [];
  const broken = brokenPlaces(schemaIssues);
  visit({ schema, value, path: [] }, (place) => {
    for (const meta of unwrapSchema(place.schema).metas) {
      issues.push(...checkRules(place, meta, broken));
      issues.push(...findConstraintIssues(place, meta));
    }
  });
  return issues;
}

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
