import type { ASTNode, ASTOperator } from '@marcbachmann/cel-js';
import { evaluateField, evaluateHas, evaluateIndex } from './evaluate-access.ts';
import { evaluateCall } from './evaluate-call.ts';
import { evaluateAnd, evaluateChoice, evaluateNot, evaluateOr } from './evaluate-logic.ts';
import { evaluateMacro } from './evaluate-macro.ts';
import { evaluateBinary, evaluateNegation } from './evaluate-operator.ts';
import { evaluateAt, type NodeOf, type Place } from './evaluation.ts';
import { costs } from './evaluation-budget.ts';
import { quote } from '../quote.ts';
import { failed } from './expression-failure.ts';
import { asMapKey, ForeignValue, MadeList, MadeMap, type MapKey, typeOf, type Value } from './expression-value.ts';
import { namingMacro } from './syntax-tree.ts';

/**
 * The value of a node. The CEL library parses, checks types, and does single operations; the way through the tree is ours,
 * so that work can be counted, what is not reached is never looked up, and values of JSON need no conversion.
 */
export function evaluateNode(node: ASTNode, place: Place): Value {
  place.evaluation.budget.spend(costs.node, node);
  const evaluate = evaluators[node.op] as ((node: ASTNode, place: Place) => Value) | undefined;
  return evaluate === undefined ? evaluateBinary(node as NodeOf<'=='>, place) : evaluate(node, place);
}

/** How each operator is evaluated; all others have two operands. */
const evaluators: { readonly [O in ASTOperator]?: (node: NodeOf<O>, place: Place) => Value } = {
  value: literal,
  id: nameValue,
  '.': evaluateField,
  '[]': evaluateIndex,
  call: evaluateFunction,
  rcall: evaluateMethod,
  list: (node, place) => new MadeList(node.args.map((item) => evaluateAt(place, item))),
  map: makeMap,
  '?:': evaluateChoice,
  '||': evaluateOr,
  '&&': evaluateAnd,
  '!_': evaluateNot,
  '-_': evaluateNegation,
};

function literal(node: NodeOf<'value'>): Value {
  return typeof node.args === 'object' && node.args !== null ? new ForeignValue(node.args) : node.args;
}

function nameValue(node: NodeOf<'id'>, { frame, evaluation }: Place): Value {
  for (let given = frame; given !== undefined; given = given.outer) {
    if (given.name === node.args) return given.value;
  }
  return evaluation.valueOf(node.args, node);
}

function evaluateFunction(node: NodeOf<'call'>, place: Place): Value {
  const [name, args] = node.args;
  const [only] = args;
  if (name === 'has' && only?.op === '.') return evaluateHas(only, place);
  return evaluateCall({ node, values: args.map((arg) => evaluateAt(place, arg)), ...place.evaluation });
}

function evaluateMethod(node: NodeOf<'rcall'>, place: Place): Value {
  if (namingMacro(node) !== undefined) return evaluateMacro(node, place);
  const [, receiver, args] = node.args;
  return evaluateCall({ node, values: [receiver, ...args].map((arg) => evaluateAt(place, arg)), ...place.evaluation });
}

function makeMap(node: NodeOf<'map'>, place: Place): MadeMap {
  const entries = new Map<MapKey, Value>();
  for (const [keyNode, valueNode] of node.args) {
    const keyValue = evaluateAt(place, keyNode);
    const key = asMapKey(keyValue);
    if (key === undefined) throw failed(keyNode, `a value of type ${typeOf(keyValue)} cannot be a key`);
    if (entries.has(key)) throw failed(keyNode, `the key ${quote(String(key))} is given twice`);
    entries.set(key, evaluateAt(place, valueNode));
  }
  return new MadeMap(entries);
}
