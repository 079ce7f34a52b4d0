import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepBudget } from './evaluation.ts';
import { isJsonObject } from './keyword-shapes.ts';
import type { Pattern } from './compile-pattern.ts';
import type { SchemaNode } from './schema-node.ts';
import { prepareSchema } from './prepare-schema.ts';
import { listOf } from './keyword-arguments.ts';

/** A schema whose references can be followed. */
export interface OpenSchema {
  readonly root: JsonObject;
  /** What the `$ref` of a schema inside it leads to. */
  readonly references: ReadonlyMap<JsonObject, JsonObject | boolean>;
  /** The schemas inside it, ready to be evaluated. */
  readonly nodes: ReadonlyMap<JsonObject, SchemaNode>;
  readonly tracksSeen: boolean;
  /** Its regular expressions, by their text. */
  readonly patterns: ReadonlyMap<string, Pattern>;
  /** What looking into it is counted in, where it is. */
  readonly budget: StepBudget | undefined;
}

/** Schemas that a value must fit all: a schema, what it refers to, and its `allOf`, taken apart. */
export interface Conjunction {
  /** Each is to be read without its `$ref` and `allOf`. */
  readonly parts: readonly JsonObject[];
  /** One of them is `false`: nothing fits. */
  readonly isNever: boolean;
}

/** Steps that it takes to take a part from a schema, and to look at it. */
const STEPS_TO_TAKE = 5;

/** Opens a schema for looking into it; undefined when it cannot be used. */
export function openSchema(root: JsonObject, budget?: StepBudget): OpenSchema | undefined {
  const preparation = prepareSchema(root);
  if ('problem' in preparation) return undefined;
  const { scanned, nodes, tracksSeen } = preparation.prepared;
  return { root, references: scanned.references, patterns: scanned.patterns, nodes, tracksSeen, budget };
}

/** Takes schemas apart that must all be fitted. Each part counts once, so references without end do no harm. */
export function takeApart(schemas: readonly JsonValue[], { references, budget }: OpenSchema): Conjunction {
  const parts = new Set<JsonObject>();
  const pending = [...schemas].reverse();
  let isNever = false;
  for (let schema = pending.pop(); schema !== undefined; schema = pending.pop()) {
    if (budget !== undefined) budget.left -= STEPS_TO_TAKE;
    if (schema === false) isNever = true;
    if (!isJsonObject(schema) || parts.has(schema)) continue;
    parts.add(schema);
    const target = references.get(schema);
    for (const inner of [...listOf(schema['allOf'])].reverse()) pending.push(inner);
    if (target !== undefined) pending.push(target);
  }
  return { parts: [...parts], isNever };
}
