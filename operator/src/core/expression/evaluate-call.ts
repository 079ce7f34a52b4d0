import type { ASTNode } from '@marcbachmann/cel-js';
import { costs, type EvaluationBudget } from './evaluation-budget.ts';
import { failed } from './expression-failure.ts';
import { isList, isMap, itemAt, keysOf, lengthOf, type Value } from './expression-value.ts';
import { callLibrary, doesNotFit } from './library-call.ts';
import type { Patterns } from './patterns.ts';

/** A call of a function or a method that is no macro, with its arguments evaluated; the receiver is the first one. */
export interface Call {
  readonly node: ASTNode & { readonly op: 'call' | 'rcall' };
  readonly values: readonly Value[];
  readonly budget: EvaluationBudget;
  readonly patterns: Patterns;
}

/** The value of a call. */
export function evaluateCall(call: Call): Value {
  const { node, values, budget } = call;
  const [name] = node.args;
  const [first = null] = values;
  if (name === 'size' && values.length === 1 && isMap(first)) return sizeOfMap(call, keysOf(first).length);
  if (name === 'size' && values.length === 1 && isList(first)) return BigInt(lengthOf(first));
  if (name === 'matches') return matches(call);
  for (const value of values) spendOnArgument(value, call);
  budget.spend(slowness(call), node);
  return callLibrary(operationOf(node), values, node);
}

function sizeOfMap({ node, budget }: Call, size: number): bigint {
  budget.spend(size * costs.key, node);
  return BigInt(size);
}

/** By RE2, in linear time, and not by JavaScript's regular expressions as the library does it. */
function matches(call: Call): boolean {
  const { node, values, budget, patterns } = call;
  const [text, pattern] = values;
  if (typeof text !== 'string' || typeof pattern !== 'string') throw doesNotFit(values, node);
  return patterns.find(pattern, text, node, budget);
}

function spendOnArgument(value: Value, { node, budget }: Call): void {
  budget.spendOnText(value, node);
  if (!isList(value)) return;
  budget.spend(lengthOf(value), node);
  for (let index = 0; index < lengthOf(value); index += 1) budget.spendOnText(itemAt(value, index), node);
}

/** Texts of time spans that are longer have no meaning; the library takes time in proportion to the cube of their length. */
const LONGEST_DURATION = 50;

function slowness({ node, values }: Call): number {
  const [name] = node.args;
  const [first, second] = values;
  if (name === 'duration' && typeof first === 'string' && first.length > LONGEST_DURATION) {
    throw failed(node, `a duration has no more than ${LONGEST_DURATION} characters`);
  }
  if (name === 'duration' || (name.startsWith('get') && second !== undefined)) return costs.slowCall;
  return costs.call + (searches.has(name) ? searchWork(first, second) : 0);
}

const searches: ReadonlySet<string> = new Set(['contains', 'indexOf', 'lastIndexOf', 'split']);

/** JavaScript looks for a text in a text in a time that may grow with the product of both lengths. */
function searchWork(text: Value | undefined, part: Value | undefined): number {
  return typeof text === 'string' && typeof part === 'string' ? text.length * (1 / 16 + part.length / 256) : 0;
}

function operationOf(node: Call['node']): string {
  if (node.op === 'call') return `${node.args[0]}(${parameters(0, node.args[1].length)})`;
  return `a0.${node.args[0]}(${parameters(1, node.args[2].length)})`;
}

const parameters = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `a${index + from}`).join(', ');
