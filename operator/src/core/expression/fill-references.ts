import type { JsonValue } from '../../api/json.ts';
import { resolveReference } from '../template/navigate.ts';
import type { ResolutionProblem, Resolved, Scope } from '../template/scope.ts';
import { measureValue, SizeBudget } from '../template/size-budget.ts';
import { bindReferences, type BoundText } from './bind-references.ts';
import { longestExpression } from './parse-program.ts';

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
  const filled = pieces.join('') + text.slice(after);
  return filled.length <= longestExpression ? { value: filled } : { problem: tooLong(bound.references, filled.length) };
}

function tooLong(references: BoundText['references'], length: number): ResolutionProblem {
  const names = [...references.values()].map(({ reference }) => reference.text).join(', ');
  return {
    code: 'ValueTooLarge',
    message: `with the values of ${names} the expression has ${length} characters, and may have ${longestExpression}`,
    hint: 'refer to a part of them: a digest, a name, a number',
  };
}

/** A JSON value as CEL writes it: its large whole numbers are doubles, as JSON's are. */
function literalOf(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${textOf(key)}: ${literalOf(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  if (typeof value === 'string') return textOf(value);
  const text = JSON.stringify(value);
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

/** Two braces must not be taken for a reference. */
const textOf = (text: string): string => JSON.stringify(text).replaceAll(/\{(?=\{)/g, String.raw`\u007b`);
