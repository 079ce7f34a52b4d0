import { type ASTNode, EvaluationError } from '@marcbachmann/cel-js';
import type { JsonObject } from '../../api/json.ts';
import { runOperation } from './cel-library.ts';
import { type ExpressionFailure, failed } from './expression-failure.ts';
import { ForeignValue, fromJson, isList, MadeList, MadeMap, typeOf, type Value } from './expression-value.ts';

/** Lets the CEL library do one operation on values; see `runOperation`. What it refuses is a failure at the node. */
export function callLibrary(operation: string, values: readonly Value[], node: ASTNode): Value {
  try {
    return fromLibrary(runOperation(operation, values.map(toLibrary)));
  } catch (error) {
    throw describe(error, values, node);
  }
}

function toLibrary(value: Value): unknown {
  if (value instanceof ForeignValue) return value.content;
  if (value instanceof MadeMap) return value.entries;
  if (!isList(value)) return value;
  return value instanceof MadeList ? value.items.map(toLibrary) : value.map(fromJson);
}

function fromLibrary(result: unknown): Value {
  if (typeof result !== 'object' || result === null) return result as Exclude<Value, object>;
  if (Array.isArray(result)) return new MadeList(result.map(fromLibrary));
  return Object.getPrototypeOf(result) === Object.prototype ? (result as JsonObject) : new ForeignValue(result);
}

function describe(error: unknown, values: readonly Value[], node: ASTNode): ExpressionFailure {
  const isLibrarys = error instanceof EvaluationError;
  if (isLibrarys && unfit.has(error.code)) return doesNotFit(values, node);
  // Handlers also throw errors of JavaScript itself: an unknown time zone, an integer of a text that is none.
  const message = isLibrarys ? error.summary : error instanceof Error ? error.message : String(error);
  return failed(node, message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message);
}

/** The library quotes values, however long. */
const LONGEST_MESSAGE = 200;

const unfit: ReadonlySet<string> = new Set(['no_such_overload', 'no_matching_overload']);

/** That an operator or a function does not take values of these types. */
export function doesNotFit(values: readonly Value[], node: ASTNode): ExpressionFailure {
  return failed(node, `no such overload: ${describeCall(values.map(typeOf), node)}`);
}

function describeCall(types: readonly string[], node: ASTNode): string {
  const [first = '', ...rest] = types;
  if (node.op === 'call') return `${node.args[0]}(${types.join(', ')})`;
  if (node.op === 'rcall') return `${first}.${node.args[0]}(${rest.join(', ')})`;
  if (node.op === '[]') return `${first}[${rest.join(', ')}]`;
  return rest.length === 0 ? `${node.op.charAt(0)}${first}` : `${first} ${node.op} ${rest.join(', ')}`;
}
