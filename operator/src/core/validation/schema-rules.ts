import type { ValidationRule } from '../../api/fields.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { celValue, type ConvertedValues } from './cel-value.ts';
import { evaluateRule, isTransitionRule } from './evaluate-rule.ts';
import { findConstraintIssues, type Meta, type Place } from './schema-constraints.ts';
import { childSchema, ownValue, type SchemaNode, unwrapSchema } from './schema-view.ts';

/**
 * What a schema demands in its Kubernetes metadata, at every place it does: CEL rules, and constraints that zod does
 * not know. Rules about changes are left to the API server.
 */
export function findRuleIssues(
  schema: SchemaNode,
  value: unknown,
  { schemaIssues, limit }: { readonly schemaIssues: readonly Issue[]; readonly limit: number },
): Issue[] {
  const issues: Issue[] = [];
  const context = { faults: findFaults(schemaIssues), converted: new WeakMap() };
  const pending: Place[] = [{ schema, value, path: [] }];
  for (let place = pending.pop(); place !== undefined && issues.length < limit; place = pending.pop()) {
    // What the schema refused as a whole says nothing about its parts.
    if (context.faults.refused.size > 0 && context.faults.refused.has(identify(place.path))) continue;
    for (const meta of unwrapSchema(place.schema).metas)
      issues.push(...checkRules(place, meta, context), ...findConstraintIssues(place, meta));
    pending.push(...placesBelow(place).reverse());
  }
  return issues;
}

function placesBelow({ schema, value, path }: Place): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const segments: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return segments.flatMap((segment) => {
    const below = childSchema(schema, value, segment);
    return below === undefined ? [] : [{ schema: below, value: ownValue(value, segment), path: [...path, segment] }];
  });
}

interface RuleContext {
  readonly faults: Faults;
  readonly converted: ConvertedValues;
}

function checkRules(place: Place, meta: Meta, { faults, converted }: RuleContext): Issue[] {
  const rules = meta['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  if (faults.incomplete.size > 0 && faults.incomplete.has(identify(place.path))) return [];
  const now = (rules as readonly ValidationRule[]).filter((rule) => !isTransitionRule(rule));
  if (now.length === 0) return [];
  const self = celValue(place.schema, place.value, converted);
  return now.flatMap((rule) => {
    const outcome = evaluateRule(rule.rule, self);
    if (outcome === 'holds') return [];
    // A rule may stumble over what the schema has complained about already.
    if (outcome !== 'fails' && faults.refused.size > 0) return [];
    const suffix = outcome === 'fails' ? '' : ` (the rule could not be evaluated: ${outcome.error})`;
    const path = [...place.path, ...parseFieldPath(rule.fieldPath)];
    return [{ code: 'RuleViolated', path, message: `${rule.message}${suffix}` }];
  });
}

/** Where the schema complained, by path: what `identify` makes of it. */
interface Faults {
  /** Values that the schema refused. */
  readonly refused: ReadonlySet<string>;
  /** Values one of whose own properties it refused or missed: rules about them would only echo it. */
  readonly incomplete: ReadonlySet<string>;
}

function findFaults(schemaIssues: readonly Issue[]): Faults {
  return {
    refused: new Set(schemaIssues.map(({ path }) => identify(path))),
    incomplete: new Set(schemaIssues.map(({ path }) => identify(path.slice(0, -1)))),
  };
}

const identify = (path: IssuePath) => JSON.stringify(path);

/** `.a.b` as segments: the schemas name fields in no other way. */
const parseFieldPath = (fieldPath = '') => fieldPath.split('.').slice(1);
