import type { JsonValue } from '../../api/json.ts';
import { resolveReference } from '../template/navigate.ts';
import type { Resolved, Scope } from '../template/scope.ts';
import { measureValue, SizeBudget } from '../template/size-budget.ts';
import { bindReferences } from './bind-references.ts';

/**
 * An expression with the value of each reference in its place, for whoever evaluates it where there are no steps. A JSON value
 * is a literal of CEL, and nothing but one literal: what is in it cannot become code.
 */
export function fillReferences(text: string, scope: Scope, budget = new SizeBudget()): Resolved<string> {
  const bound = bindReferences(text);
  if ('problem' in bound) return { problem: bound.problem };
  const pieces: string[] = [];
  let after = 0;
  for (const [name, { reference, offset }] of bound.references) {
    const resolved = resolveReference(reference, scope, budget);
    if ('problem' in resolved) return resolved;
    const problem = budget.spend(measureValue(resolved.value));
    if (problem !== undefined) return { problem };
    pieces.push(text.slice(after, offset), literalOf(resolved.value));
    after = offset + name.length;
  }
  return { value: pieces.join('') + text.slice(after) };
}

/** Two braces stand only in texts, where they must not be taken for a reference. */
const literalOf = (value: JsonValue): string => JSON.stringify(value).replaceAll(/\{(?=\{)/g, String.raw`\u007b`);
