import type { ASTNode } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import type { EvaluationBudget } from './evaluation-budget.ts';
import { failed } from './expression-failure.ts';

/** Characters of a regular expression. */
const LONGEST_PATTERN = 1000;

/** What compiling a pattern costs for each of its characters, in units of work. */
const COMPILING = 100;

/** A regular expression that takes linear time (RE2), or why it is none. */
export function compilePattern(pattern: string): RE2JS | { readonly problem: string } {
  if (pattern.length > LONGEST_PATTERN) return { problem: `a pattern has no more than ${LONGEST_PATTERN} characters` };
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return { problem: describe(error instanceof Error ? error.message : String(error)) };
  }
}

/** RE2's own message, without what it says of itself, and not longer than helps. */
function describe(message: string): string {
  const reason = message.replace(/^error parsing regexp: /, '');
  return `the pattern cannot be used (RE2): ${reason.length > 120 ? `${reason.slice(0, 120)}…` : reason}`;
}

/** The patterns of one evaluation, each compiled once. */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();

  /** Whether a pattern is found in a text. */
  find(pattern: string, text: string, node: ASTNode, budget: EvaluationBudget): boolean {
    const compiled = this.#compiled.get(pattern) ?? this.#compile(pattern, node, budget);
    // The machine that follows all states at once: slower than an automaton at most times, but never much slower.
    budget.spend((text.length * compiled.programSize()) / 5, node);
    return compiled.matcher(text).find();
  }

  #compile(pattern: string, node: ASTNode, budget: EvaluationBudget): RE2JS {
    budget.spend(pattern.length * COMPILING, node);
    const compiled = compilePattern(pattern);
    if ('problem' in compiled) throw failed(node, compiled.problem);
    this.#compiled.set(pattern, compiled);
    return compiled;
  }
}
