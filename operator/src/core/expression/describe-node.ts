import type { ASTNode } from '@marcbachmann/cel-js';
import { describePlace } from '../template/resolution-problems.ts';
import type { Scope } from '../template/scope.ts';
import type { BoundReference } from './bind-references.ts';

/** How users call what a node stands for: `step 'a'`, `a.posts[0].author`; undefined where it is more than a path. */
export function describeNode(
  node: ASTNode,
  references: ReadonlyMap<string, BoundReference>,
  scope: Scope,
): string | undefined {
  const reference = node.op === 'id' ? references.get(node.args)?.reference : undefined;
  if (reference === undefined) return pathOf(node, references);
  return describePlace({ reference, scope, gone: reference.segments.length, trail: [] });
}

/** The path that a node is, as users write it; undefined where it is more than a path. */
export function pathOf(node: ASTNode, references: ReadonlyMap<string, BoundReference>): string | undefined {
  if (node.op === 'id') return references.get(node.args)?.reference.text ?? node.args;
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const base = pathOf(node.args[0], references);
  const segment = node.op === '.' ? `.${node.args[1]}` : segmentOf(node.args[1]);
  return base === undefined || segment === undefined ? undefined : base + segment;
}

function segmentOf(index: ASTNode): string | undefined {
  if (index.op !== 'value') return undefined;
  if (typeof index.args === 'bigint') return `[${index.args}]`;
  return typeof index.args === 'string' ? `.${index.args}` : undefined;
}
