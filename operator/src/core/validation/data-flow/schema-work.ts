import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { SchemaFinding, StepBudget } from '../../json-schema/evaluation.ts';
import { isAssignable } from '../../json-schema/is-assignable.ts';
import { schemaAt, type SchemaAt } from '../../json-schema/schema-at.ts';
import { validateJson } from '../../json-schema/validate-json.ts';
import type { Segment } from '../../template/reference.ts';
import { weightOf } from './schema-weight.ts';

/** Steps of all questions about one pipeline; each takes a tenth of a microsecond to half of one. */
const MOST_STEPS = 3_000_000;
/** Steps that reading each value inside a schema takes. */
const STEPS_PER_VALUE = 10;

/**
 * Questions to users' JSON Schemas. Each is bounded by itself, and here all of one pipeline are together: when they take
 * too long, the rest is answered as if nothing was known. What was answered once is answered again.
 */
export class SchemaWork {
  readonly #parts = new WeakMap<JsonObject, Map<string, SchemaAt>>();
  readonly #pairs = new WeakMap<JsonObject, WeakMap<JsonObject, boolean>>();
  readonly #budget: StepBudget;

  constructor(steps: number = MOST_STEPS) {
    this.#budget = { left: steps };
  }

  /** Whether the rest is left unanswered. */
  get isExhausted(): boolean {
    return this.#budget.left < 0;
  }

  /** What a schema tells about the end of a path. */
  at(schema: JsonObject, segments: readonly Segment[]): SchemaAt {
    const known = this.#parts.get(schema) ?? this.#open(schema);
    const key = JSON.stringify(segments);
    const before = known.get(key);
    if (before !== undefined) return before;
    if (this.isExhausted) return { unknown: true };
    const found = schemaAt(schema, segments, this.#budget);
    known.set(key, found);
    return found;
  }

  /** What a schema tells about a field. */
  field(schema: JsonObject, name: string): SchemaAt {
    return this.at(schema, [{ kind: 'field', name }]);
  }

  /** A schema without `$ref`s that lead out of its parts; undefined when it cannot be used. */
  standingAlone(schema: JsonObject): JsonObject | undefined {
    const whole = this.at(schema, []);
    return 'schema' in whole ? whole.schema : undefined;
  }

  /** Whether what one schema describes may fit another: only what never does is certain. */
  mayFit(from: JsonObject, to: JsonObject): boolean {
    const known = this.#pairs.get(from) ?? new WeakMap<JsonObject, boolean>();
    this.#pairs.set(from, known);
    const before = known.get(to);
    if (before !== undefined || this.isExhausted) return before ?? true;
    this.#spendOn(from);
    this.#spendOn(to);
    const fits = isAssignable(from, to, this.#budget) !== false;
    known.set(to, fits);
    return fits;
  }

  /** What of a value does not fit a schema; nothing where the schema cannot be used, which is told elsewhere. */
  misfits(schema: JsonObject, value: JsonValue): readonly SchemaFinding[] {
    if (this.isExhausted) return [];
    const validated = validateJson(schema, value, this.#budget);
    return 'problem' in validated ? [] : validated.findings;
  }

  /** A schema for an expression, which looks only at the fields that it names; undefined when it is too late for that. */
  forExpression(schema: JsonObject): JsonObject | undefined {
    if (this.isExhausted) return undefined;
    this.#budget.left -= weightOf(schema);
    return schema;
  }

  /** A schema is read before the first question to it is answered. */
  #open(schema: JsonObject): Map<string, SchemaAt> {
    const answers = new Map<string, SchemaAt>();
    this.#parts.set(schema, answers);
    this.#spendOn(schema);
    return answers;
  }

  #spendOn(schema: JsonObject): void {
    this.#budget.left -= weightOf(schema) * STEPS_PER_VALUE;
  }
}
