import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Evaluation } from './evaluation.ts';
import { type OpenSchema, takeApart } from './take-apart.ts';

/** The making of one example. */
export interface Making {
  readonly open: OpenSchema;
  readonly evaluation: Evaluation;
  /** Makes an example of a part. */
  readonly exampleFor: (schemas: readonly JsonValue[], spot: Spot) => JsonValue;
  /** Values that may still be proposed. */
  left: number;
}

/** Where in an example something is made. */
export interface Spot {
  readonly making: Making;
  /** Schemas that an example is being made of: one that comes again is a recursion. */
  readonly current: Set<JsonObject>;
  /** Lists and objects around. */
  readonly depth: number;
  /** With as few parts as there may be. */
  readonly isSparse: boolean;
  /** Examples of the same schema differ when this does. */
  readonly variant: number;
}

/** Whether schemas are being made an example of already: then what stands there is left out where it may be. */
export function isRecursion(schemas: readonly JsonValue[], { making, current }: Spot): boolean {
  return takeApart(schemas, making.open).parts.some((part) => current.has(part));
}
