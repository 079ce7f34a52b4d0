import type { BinaryOperator } from '@marcbachmann/cel-js';
import type { AnyNumber } from './expression-value.ts';

/**
 * The value of an operator on two numbers, of which one at least is a double, or of a comparison of any two. The library has
 * no arithmetic for a double and an int; the int is taken as a double here. Undefined for what is left: arithmetic on ints,
 * which the library does within 64 bits.
 */
export function calculateNumber(
  operator: BinaryOperator,
  left: AnyNumber,
  right: AnyNumber,
): number | boolean | undefined {
  const compare = comparisons[operator];
  if (compare !== undefined) return compare(left, right);
  if (typeof left === 'bigint' && typeof right === 'bigint') return undefined;
  return arithmetic[operator]?.(Number(left), Number(right));
}

/** JavaScript compares an integer and a fraction exactly. */
const comparisons: { readonly [O in BinaryOperator]?: (left: AnyNumber, right: AnyNumber) => boolean } = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

const arithmetic: { readonly [O in BinaryOperator]?: (left: number, right: number) => number } = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};
