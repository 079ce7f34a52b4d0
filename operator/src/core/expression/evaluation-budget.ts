import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionFailure } from './expression-failure.ts';
import { ForeignValue, type Value } from './expression-value.ts';

/** Work that one evaluation may do. A unit is about a tenth of a microsecond: 250 ms on a slow machine. */
const MOST_WORK = 1_000_000;

/** What some kinds of work cost, in units. */
export const costs = {
  /** One node of the expression. */
  node: 1,
  /** A call of the CEL library, beside what its arguments cost. */
  call: 20,
  /** A key of a map, when all of them are listed. */
  key: 2,
  /** A failure that the expression goes on after. */
  failure: 50,
  /** What the library does slowly: time zones, durations. */
  slowCall: 500,
} as const;

/** Characters that are compared, copied or looked through in one unit. */
const CHARACTERS_PER_UNIT = 16;

/** Bytes that are compared, copied or written as text in one unit. */
const BYTES_PER_UNIT = 4;

/** What an evaluation may still do. Counted, not timed, so that the same expression and data always end the same. */
export class EvaluationBudget {
  #left = MOST_WORK;

  /** Takes work off the budget; throws ExpressionTooCostly when none is left. */
  spend(work: number, node: ASTNode): void {
    this.#left -= work;
    if (this.#left < 0) throw new ExpressionFailure(node, () => tooCostly);
  }

  /** Takes the reading of a text or of bytes off the budget; other values cost nothing here. */
  spendOnText(value: Value | undefined, node: ASTNode): void {
    if (typeof value === 'string') this.spend(value.length / CHARACTERS_PER_UNIT, node);
    else if (value instanceof ForeignValue && value.content instanceof Uint8Array) {
      this.spend(value.content.length / BYTES_PER_UNIT, node);
    }
  }
}

const tooCostly = {
  code: 'ExpressionTooCostly',
  message: 'the expression takes too much work on this data',
  hint: 'go through fewer or smaller lists in it, or let a step of type custom_code do it',
} as const;
