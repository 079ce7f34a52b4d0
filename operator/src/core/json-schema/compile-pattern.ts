import { RE2JS, RE2JSSyntaxException } from 're2js';
import { schemaLimits } from './limits.ts';

/** A regular expression whose matching takes time in proportion to the text, whatever the expression. */
export interface Pattern {
  readonly source: string;
  /** Instructions of its program: the most that one character of a text can cost. */
  readonly instructions: number;
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
}

/**
 * Compiles a user's regular expression for an engine that never backtracks (RE2's syntax: neither look-around nor
 * back-references).
 */
export function compilePattern(source: string): { readonly pattern: Pattern } | { readonly problem: string } {
  if (source.length > schemaLimits.patternLength)
    return { problem: `is longer than ${schemaLimits.patternLength} characters` };
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
    return {
      pattern: { source, instructions: compiled.programSize(), test: (text) => compiled.test(text) },
    };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return { problem: `cannot be read: ${error.message.replace(/^error parsing regexp: /, '')}` };
  }
}
