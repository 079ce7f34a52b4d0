import type { ASTNode } from '@marcbachmann/cel-js';
import type { Expression } from '../expression/expression.ts';
import { childrenOf, namingMacro, type NamingMacro } from '../expression/syntax-tree.ts';
import type { ValueSketch } from './value-sketch.ts';

/** The sketch of what a name in an expression stands for; undefined for a name that is none of the run's. */
export type SketchOf = (name: string) => ValueSketch | undefined;

/** Learns from an expression what the values in it are: numbers where they are compared with one, lists where they are counted. */
export function sketchExpression({ program }: Expression, sketchOf: SketchOf): void {
  visit(program.root, sketchOf);
  sketchAt(program.root, sketchOf)?.be(true);
}

function visit(node: ASTNode, sketchOf: SketchOf): void {
  const macro = namingMacro(node);
  if (macro !== undefined) {
    visitMacro(macro, sketchOf);
    return;
  }
  sketchAt(node, sketchOf);
  (lessons.get(node.op) ?? lessonOfCall(node))?.(node, (each) => each && sketchAt(each, sketchOf));
  for (const child of childrenOf(node)) visit(child, sketchOf);
}

/** Inside `list.exists(item, …)` the name stands for the items of the list. */
function visitMacro({ variable, inside, outside }: NamingMacro, sketchOf: SketchOf): void {
  const [list] = outside.map((each) => sketchAt(each, sketchOf));
  const item = list?.item({ kind: 'splat' });
  for (const each of outside) visit(each, sketchOf);
  for (const each of inside)
    visit(each, (name) => (variable.op === 'id' && variable.args === name ? item : sketchOf(name)));
}

/** What an operator or a call says of the values right below it. */
type Lesson = (node: ASTNode, sketch: (each: ASTNode | undefined) => ValueSketch | undefined) => void;

const allAre =
  (value: number | boolean): Lesson =>
  (node, sketch) => {
    for (const each of childrenOf(node)) sketch(each)?.be(value);
  };

const firstIs =
  (value: number | boolean): Lesson =>
  (node, sketch) =>
    sketch(childrenOf(node)[0])?.be(value);

const bothAreAlike: Lesson = (node, sketch) => {
  const [left, right] = childrenOf(node);
  beLike(sketch(left), right, node.op);
  beLike(sketch(right), left, node.op);
};

const secondIsList: Lesson = (node, sketch) => void sketch(childrenOf(node)[1])?.item({ kind: 'splat' });
const firstIsList: Lesson = (node, sketch) => sketch(childrenOf(node)[0])?.beList();
const receiverIsText: Lesson = (node, sketch) => {
  const [receiver, part] = childrenOf(node);
  sketch(receiver)?.be(textOf(part) ?? 'text');
};

const lessons = new Map<string, Lesson>([
  ...['&&', '||'].map((op) => [op, allAre(true)] as const),
  ...['!_', '?:'].map((op) => [op, firstIs(true)] as const),
  ...['-', '*', '/', '%', '-_'].map((op) => [op, allAre(1)] as const),
  ...['==', '!=', '<', '<=', '>', '>='].map((op) => [op, bothAreAlike] as const),
  ['in', secondIsList],
]);

const textMethods: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'contains', 'matches']);

function lessonOfCall(node: ASTNode): Lesson | undefined {
  if (node.op !== 'call' && node.op !== 'rcall') return undefined;
  const [name] = node.args;
  if (name === 'size') return firstIsList;
  return node.op === 'rcall' && textMethods.has(name) ? receiverIsText : undefined;
}

/** What a value is compared with tells its type; what it is equal to may well be the value itself. */
function beLike(sketch: ValueSketch | undefined, other: ASTNode | undefined, op: string): void {
  if (sketch === undefined || other?.op !== 'value') return;
  const { args } = other;
  if (typeof args === 'number' || typeof args === 'bigint') sketch.be(op === '==' ? Number(args) : 1);
  else if (typeof args === 'boolean') sketch.be(true);
  else if (typeof args === 'string') sketch.be(args === '' ? 'text' : args);
}

const textOf = (node: ASTNode | undefined) =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;

/** The sketch of what a path in an expression leads to, such as `profile.posts[0]`. */
function sketchAt(node: ASTNode, sketchOf: SketchOf): ValueSketch | undefined {
  if (node.op === 'id') return sketchOf(node.args);
  if (node.op === '.') return sketchAt(node.args[0], sketchOf)?.field(node.args[1]);
  return node.op === '[]' ? sketchOfItem(node.args, sketchOf) : undefined;
}

function sketchOfItem([parent, index]: readonly [ASTNode, ASTNode], sketchOf: SketchOf): ValueSketch | undefined {
  if (index.op !== 'value') return undefined;
  const sketch = sketchAt(parent, sketchOf);
  if (typeof index.args === 'string') return sketch?.field(index.args);
  return typeof index.args === 'bigint' ? sketch?.item({ kind: 'item', index: Number(index.args) }) : undefined;
}
