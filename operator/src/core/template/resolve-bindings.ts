import type { Binding } from '../../api/binding.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { clip, quote } from '../quote.ts';
import { resolveTemplates } from './resolve-template.ts';
import type { ResolutionProblem, Resolved, Scope } from './scope.ts';
import { SizeBudget } from './size-budget.ts';

/** Problems that say that there is no value; any other is a mistake and is told at once. */
const unresolved: ReadonlySet<string> = new Set(['StepNotFound', 'FieldNotFound', 'NotAnArray', 'IndexOutOfRange']);

/**
 * The values that bindings stand for, by their names. `from` is a template; of `or` the first entry is taken that
 * resolves to something other than null; `value` is taken as it is and never read as a template.
 */
export function resolveBindings(bindings: Readonly<Record<string, Binding>>, scope: Scope): Resolved<JsonObject> {
  const budget = new SizeBudget();
  const entries: [string, JsonValue][] = [];
  for (const [name, binding] of Object.entries(bindings)) {
    const resolved = resolveBinding(name, binding, scope, budget);
    if ('problem' in resolved) return resolved;
    entries.push([name, resolved.value]);
  }
  return { value: Object.fromEntries(entries) };
}

function resolveBinding(name: string, binding: Binding, scope: Scope, budget: SizeBudget): Resolved<JsonValue> {
  const { from, or, value } = binding;
  if ([from, or, value].filter((part) => part !== undefined).length !== 1) return { problem: notExactlyOne(name) };
  if (value !== undefined) return { value };
  return from === undefined ? resolveFirst(or ?? [], scope, budget) : resolveTemplates(from, scope, budget);
}

function resolveFirst(entries: readonly JsonValue[], scope: Scope, budget: SizeBudget): Resolved<JsonValue> {
  const reasons: string[] = [];
  for (const entry of entries) {
    const resolved = resolveTemplates(entry, scope, budget);
    if ('value' in resolved && resolved.value !== null) return resolved;
    if ('problem' in resolved && !unresolved.has(resolved.problem.code)) return resolved;
    reasons.push(`${describeEntry(entry)}: ${'problem' in resolved ? resolved.problem.message : 'null'}`);
  }
  return { problem: nothingResolved(reasons) };
}

const describeEntry = (entry: JsonValue) => (typeof entry === 'string' ? clip(entry) : quote(JSON.stringify(entry)));

function notExactlyOne(name: string): ResolutionProblem {
  return { code: 'InvalidBinding', message: `Input '${clip(name)}' must have exactly one of from, or, value` };
}

function nothingResolved(reasons: readonly string[]): ResolutionProblem {
  return {
    code: 'NothingResolved',
    message: `None of the entries of \`or\` has a value. ${reasons.join('; ')}`,
    hint: 'add an entry that always has a value, such as an input with a default',
  };
}
