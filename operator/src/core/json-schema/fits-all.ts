import type { JsonObject, JsonValue } from '../../api/json.ts';
import { type Evaluation, nothingSeen } from './evaluation.ts';
import { isJsonList } from './keyword-shapes.ts';
import { evaluate } from './schema-node.ts';
import { type OpenSchema, takeApart } from './take-apart.ts';

/** Whether a value fits all of some schemas, those among them that were put together from others included. */
export function fitsAll(
  parts: readonly JsonObject[],
  value: JsonValue,
  { open, evaluation }: { readonly open: OpenSchema; readonly evaluation: Evaluation },
): boolean {
  const place = { value, parent: undefined, key: '' };
  return evaluation.silently(() =>
    parts.every((part) => {
      const node = open.nodes.get(part);
      if (node === undefined) return fitsAny(part, value, { open, evaluation });
      return evaluate(node, { ...place, seen: evaluation.tracksSeen ? nothingSeen() : undefined }, evaluation);
    }),
  );
}

/** A schema that was put together is taken apart already, but for its alternatives. */
function fitsAny(
  { anyOf }: JsonObject,
  value: JsonValue,
  within: { readonly open: OpenSchema; readonly evaluation: Evaluation },
): boolean {
  if (!isJsonList(anyOf)) return true;
  return anyOf.some((alternative) => {
    const { parts, isNever } = takeApart([alternative], within.open);
    return !isNever && fitsAll(parts, value, within);
  });
}
