import type { ASTNode } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { JsonValue } from '../../api/json.ts';
import type { EvaluationBudget } from './evaluation-budget.ts';
import { failed } from './expression-failure.ts';
import { asMapKey, ForeignValue, MadeList, MadeMap, typeOf, type Value } from './expression-value.ts';
import { callLibrary } from './library-call.ts';

/**
 * The result of an expression as JSON, as protobuf writes it: timestamps as RFC 3339, durations as seconds (`90s`), bytes
 * in base64, keys of maps as text. Integers that a JSON number does not hold exactly, infinite numbers and types are
 * failures. Values that come from JSON stay the same objects.
 */
export function resultToJson(value: Value, node: ASTNode, budget: EvaluationBudget): JsonValue {
  budget.spend(1, node);
  if (typeof value === 'bigint') return integerToJson(value, node);
  if (typeof value === 'number') return doubleToJson(value, node);
  if (value instanceof ForeignValue) return foreignToJson(value, node);
  if (value instanceof MadeList) return value.items.map((item) => resultToJson(item, node, budget));
  if (!(value instanceof MadeMap)) return value;
  const entries = Array.from(
    value.entries,
    ([key, entry]) => [String(key), resultToJson(entry, node, budget)] as const,
  );
  return Object.fromEntries(entries);
}

function integerToJson(value: bigint, node: ASTNode): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw failed(node, `the result ${value} is larger than a JSON number holds exactly`, 'make it a text with string(…)');
}

function doubleToJson(value: number, node: ASTNode): number {
  if (Number.isFinite(value)) return value;
  throw failed(node, `the result is ${value}, which JSON does not have`, 'was something divided by zero?');
}

function foreignToJson(value: ForeignValue, node: ASTNode): JsonValue {
  const { content } = value;
  if (content instanceof Date) return content.toISOString();
  if (content instanceof Uint8Array) return callLibrary('a0.base64()', [value], node) as string;
  const key = asMapKey(value);
  if (typeof key === 'bigint') return integerToJson(key, node);
  if (content instanceof Duration) return content.toString();
  throw failed(node, `the result is a ${typeOf(value)}, which JSON does not have`);
}
