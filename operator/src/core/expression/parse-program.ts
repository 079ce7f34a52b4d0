import { type ASTNode, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import { bindReferences, type BoundText } from './bind-references.ts';
import { language } from './cel-library.ts';
import { explainSyntaxError, explainTypeError, type OffsetProblem } from './explain-error.ts';
import { findStructureProblem } from './find-structure-problem.ts';
import { type HiddenNames, hideLibraryNames } from './hide-library-names.ts';

/** An expression as the evaluation takes it. */
export interface Program extends BoundText {
  readonly root: ASTNode;
  /** As the check of types takes it. */
  readonly checked: HiddenNames;
}

/** Characters that an expression may have. */
export const longestExpression = 4096;

/** Reads an expression and checks all that holds whatever the data: syntax, limits, types of what it says itself. */
export function parseProgram(text: string): Program | OffsetProblem {
  const bound = text.length > longestExpression ? tooLong(text.length) : bindReferences(text);
  return 'problem' in bound ? bound : parse(bound, text);
}

function parse(bound: BoundText, text: string): Program | OffsetProblem {
  try {
    const parsed = language.parse(bound.text);
    const problem = findStructureProblem(parsed.ast, bound.references);
    const program = { ...bound, root: parsed.ast, checked: hideLibraryNames(bound.text, parsed.ast) };
    return problem ?? findTypeProblem(program) ?? program;
  } catch (error) {
    if (error instanceof ParseError) return explainSyntaxError(error, text);
    // Signs and negations in a row are read by recursion, which nothing else limits.
    if (error instanceof RangeError) return nestedTooDeep;
    throw error;
  }
}

/** The library also fails in other ways, where several of its overloads fit; then types tell nothing. */
function findTypeProblem({ checked }: Program): OffsetProblem | undefined {
  const { error } = language.check(checked.text);
  if (error instanceof RangeError) throw error;
  return error instanceof CelTypeError ? explainTypeError(error) : undefined;
}

const tooLong = (length: number): OffsetProblem => ({
  problem: {
    code: 'InvalidExpression',
    message: `an expression has no more than ${longestExpression} characters, this one has ${length}`,
  },
  offset: longestExpression,
});

const nestedTooDeep: OffsetProblem = {
  problem: { code: 'InvalidExpression', message: 'the expression is nested too deeply' },
  offset: 0,
};
