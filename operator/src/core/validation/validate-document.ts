import type { KindDefinition } from '../../api/kind.ts';
import type { Issue } from '../issue.ts';
import { sourceLimits } from '../document/limits.ts';
import { findExcessDepth } from './find-excess-depth.ts';
import { identifyKind } from './identify-kind.ts';
import { pruneDefaultedNulls } from './prune-nulls.ts';
import { findSchemaIssues } from './schema-issues.ts';
import { findRuleIssues } from './schema-rules.ts';
import { ownValue } from './schema-view.ts';
import { validateMetadata } from './validate-metadata.ts';

/** Issues told of one document; whoever has more mends these first. */
const MOST_ISSUES = 1000;

/**
 * Level 1 of validation: is this an object that the API server would take? Kind, metadata, schema and the schema's CEL
 * rules, all mistakes at once. Takes a plain value, from a file or from the cluster; never throws. Issues of objects
 * that are not of Conclave have the severity `note`.
 */
export function validateDocument(value: unknown, kinds: readonly KindDefinition[]): Issue[] {
  const identified = identifyKind(value, kinds);
  if ('issue' in identified) return [identified.issue];
  const { schema } = identified.definition;
  const excess = findExcessDepth(value, sourceLimits.depth);
  if (excess !== undefined) return [excess];
  const object = pruneDefaultedNulls(schema, value);
  const schemaIssues = findSchemaIssues(schema, object, MOST_ISSUES + 1);
  const issues = [
    ...validateMetadata(ownValue(object, 'metadata'), MOST_ISSUES + 1),
    ...schemaIssues,
    ...findRuleIssues(schema, object, { schemaIssues, limit: MOST_ISSUES + 1 }),
  ];
  if (issues.length <= MOST_ISSUES) return issues;
  const message = `there are more issues than the ${MOST_ISSUES} that are shown`;
  return [...issues.slice(0, MOST_ISSUES), { code: 'TooManyIssues', path: [], message }];
}
