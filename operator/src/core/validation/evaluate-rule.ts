import { Environment } from '@marcbachmann/cel-js';
import type { ValidationRule } from '../../api/fields.ts';

/** What became of a rule: it holds, it does not, or it could not be evaluated. */
export type RuleOutcome = 'holds' | 'fails' | { readonly error: string };

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const programs = new Map<string, ReturnType<Environment['parse']>>();

/** Whether a rule speaks of a change, which a document on its own cannot tell. */
export function isTransitionRule({ rule }: ValidationRule): boolean {
  return /\boldSelf\b/.test(rule);
}

/** Evaluates a CEL rule over `self`, a value as `celValue` makes it. */
export function evaluateRule(rule: string, self: unknown): RuleOutcome {
  try {
    const outcome: unknown = program(rule)({ self });
    if (typeof outcome === 'boolean') return outcome ? 'holds' : 'fails';
    return { error: 'the rule does not answer true or false' };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Rules are few and come from the schemas, so each is parsed once. */
function program(rule: string): ReturnType<Environment['parse']> {
  const known = programs.get(rule) ?? environment.parse(rule);
  programs.set(rule, known);
  return known;
}
