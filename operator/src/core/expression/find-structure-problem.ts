import type { ASTNode } from '@marcbachmann/cel-js';
import type { BoundReference } from './bind-references.ts';
import type { OffsetProblem } from './explain-error.ts';
import { compilePattern } from './patterns.ts';
import { namingMacro, nodesOf } from './syntax-tree.ts';

/** Levels of an expression's tree. Evaluation and the check of types go down by recursion. */
const DEEPEST = 300;

/** What is wrong with an expression that can be read: depth, references where none can stand, numbers, patterns. */
export function findStructureProblem(
  root: ASTNode,
  references: ReadonlyMap<string, BoundReference>,
): OffsetProblem | undefined {
  const uses = new Map<string, number>();
  const variables = new Set<ASTNode>();
  for (const { node, depth } of nodesOf(root)) {
    if (depth > DEEPEST) return invalid(`the expression is nested deeper than ${DEEPEST} levels`, node.pos);
    const variable = namingMacro(node)?.variable;
    if (variable !== undefined) variables.add(variable);
    if (node.op === 'id' && !variables.has(node)) uses.set(node.args, (uses.get(node.args) ?? 0) + 1);
    const problem = literalProblem(node);
    if (problem !== undefined) return problem;
  }
  const misplaced = [...references].find(([name]) => uses.get(name) !== 1);
  return misplaced && invalid('a reference cannot stand here; it is a value', misplaced[1].offset);
}

function literalProblem(node: ASTNode): OffsetProblem | undefined {
  // The largest negative integer is written as the negative of one that is too large by itself.
  if (node.op === 'value' && typeof node.args === 'bigint' && node.args > 2n ** 63n) {
    return invalid(`the integer ${node.args} has more than 64 bits`, node.pos);
  }
  if (node.op !== 'rcall' || node.args[0] !== 'matches') return undefined;
  const [pattern] = node.args[2];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return undefined;
  const compiled = compilePattern(pattern.args);
  return 'problem' in compiled ? invalid(compiled.problem, pattern.pos) : undefined;
}

const invalid = (message: string, offset: number): OffsetProblem => ({
  problem: { code: 'InvalidExpression', message },
  offset,
});
