import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepBudget } from './evaluation.ts';
import type { Segment } from '../template/reference.ts';
import { mergeSchemas } from './merge-schemas.ts';
import { fieldOf, itemOf, type PartOf } from './part-of.ts';
import { type OpenSchema, openSchema, takeApart } from './take-apart.ts';

/** What a schema tells about the end of a path. */
export type SchemaAt =
  /** What the value there must fit. It stands alone: it refers to nothing outside itself. */
  | { readonly schema: JsonObject }
  | { readonly unknown: true }
  /** There is no such field, and which there are; none where the value is no object. */
  | { readonly missing: string; readonly known: readonly string[]; readonly at: string }
  /** `[0]` or `[*]` stands behind something that is no list. */
  | { readonly notList: string; readonly at: string };

/**
 * What a schema says about the end of a template's path. Each `[*]` makes a list of what the rest of the path leads to;
 * another one further on adds to the same list. `at` is the path up to where it went wrong, as templates spell it. The
 * work is taken from a budget, which never ends it: it is bounded by itself.
 */
export function schemaAt(schema: JsonObject, segments: readonly Segment[], budget?: StepBudget): SchemaAt {
  const open = openSchema(schema, budget);
  if (open === undefined) return { unknown: true };
  const isList = segments.some(({ kind }) => kind === 'splat');
  let schemas: readonly JsonValue[] = [schema];
  for (const [index, segment] of segments.entries()) {
    const part = follow(schemas, segment, open);
    if ('missing' in part) return nothingAt(segments.slice(0, index + 1), part.known);
    if ('unknown' in part) return isList ? { schema: { type: 'array' } } : part;
    schemas = part.schemas;
  }
  const merged = mergeSchemas(schemas, open);
  return { schema: isList ? { type: 'array', items: merged } : merged };
}

function follow(schemas: readonly JsonValue[], segment: Segment, open: OpenSchema): PartOf {
  const conjunction = takeApart(schemas, open);
  if (segment.kind === 'field') return fieldOf(conjunction, segment.name, open);
  return itemOf(conjunction, segment.kind === 'item' ? segment.index : undefined, open);
}

/** What is wrong with the last of some segments. */
function nothingAt(segments: readonly Segment[], known: readonly string[]): SchemaAt {
  const at = segments.slice(0, -1).map(formatSegment).join('').replace(/^\./, '');
  const last = segments.at(-1);
  return last?.kind === 'field' ? { missing: last.name, known, at } : { notList: last ? formatSegment(last) : '', at };
}

function formatSegment(segment: Segment): string {
  if (segment.kind === 'field') return `.${segment.name}`;
  return segment.kind === 'item' ? `[${segment.index}]` : '[*]';
}
