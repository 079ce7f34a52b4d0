import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { Step } from '../../api/step/step.ts';
import { exampleOf } from '../json-schema/example-of.ts';
import { isJsonObject } from '../json-schema/keyword-shapes.ts';
import { validateJson } from '../json-schema/validate-json.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { parameterSchema } from '../validation/data-flow/reference-schemas.ts';
import { SchemaWork } from '../validation/data-flow/schema-work.ts';
import { StepResults } from '../validation/data-flow/step-results.ts';
import type { WorldIndex } from '../validation/world.ts';
import { ValueSketches } from './sketch-values.ts';
import type { ValueSketch } from './value-sketch.ts';

type Parameter = NonNullable<PipelineSpec['parameters']>[number];

/** Values that stand in for what nobody gave: they fit the schemas that are known, and the way they are used. */
export class MadeUpValues {
  /** Words of the run's inputs: results whose relevance is checked have to speak of them. */
  topic = '';
  readonly #results: StepResults;
  readonly #sketches: ValueSketches;
  /** Without a bound: attempts are bounded, and a result must not change its form on the way. */
  readonly #work = new SchemaWork(Number.POSITIVE_INFINITY);
  readonly #mustBeRelevant: ReadonlySet<StepNode>;

  constructor(spec: PipelineSpec, graph: PipelineGraph, world: WorldIndex) {
    this.#results = new StepResults({ graph, world, work: this.#work });
    this.#sketches = new ValueSketches(spec, graph);
    this.#mustBeRelevant = new Set(
      graph.nodes.filter(checksRelevance).flatMap((node) => node.dependencies.map(({ on }) => on)),
    );
  }

  /** The schema of what a step gives, as far as it is known once its templates are resolved. */
  schemaOf(node: StepNode, step: Step): JsonObject | undefined {
    return this.#results.bare({ ...node, step });
  }

  /** The result of a step that has no mock. */
  resultOf(node: StepNode, step: Step): JsonObject {
    const sketch = this.#sketches.of(node);
    const schema = this.schemaOf(node, step);
    const declared = Object.keys(step.outputs ?? {});
    const [only] = declared;
    // The whole result stands under the only output that is declared when it has no such field.
    const isWhole = only !== undefined && declared.length === 1 && this.#lacks(schema, only);
    const whole = isWhole ? sketch.field(only) : withFields(sketch, declared);
    if (schema === undefined && !whole.hasParts) return {};
    const textOf = this.#mustBeRelevant.has(node) ? (name: string) => `${name}: ${this.topic}` : String;
    const value = fitting(schema, whole, { name: node.name, textOf });
    return isJsonObject(value) ? value : { value };
  }

  /** What the event of an asset from outside carries. */
  assetFor(node: StepNode | undefined, name: string): JsonValue {
    const sketch = node && this.#sketches.of(node).at(['assets', ...name.split('.')].map(asField));
    return sketch?.toValue(name) ?? name;
  }

  /** The value of an input that was not given. */
  inputFor(parameter: Parameter): JsonValue {
    const schema = parameterSchema(parameter, this.#work);
    const { name } = parameter;
    return fitting(schema === true ? undefined : schema, this.#sketches.input.field(name), { name, textOf: String });
  }

  #lacks(schema: JsonObject | undefined, name: string): boolean {
    return schema !== undefined && 'missing' in this.#work.field(schema, name);
  }
}

const asField = (name: string) => ({ kind: 'field' as const, name });

function withFields(sketch: ValueSketch, names: readonly string[]): ValueSketch {
  for (const name of names) sketch.field(name);
  return sketch;
}

const checksRelevance = ({ step }: StepNode) =>
  step.type === 'validation' && step.checks.relevance !== undefined && step.checks.relevance.enabled !== false;

/** How texts come about that nothing is known of. */
interface Naming {
  readonly name: string;
  readonly textOf: (name: string) => string;
}

/** A value that fits a schema, and beside that the uses of it, where the schema leaves room for them. */
function fitting(schema: JsonObject | undefined, sketch: ValueSketch, { name, textOf }: Naming): JsonValue {
  if (schema === undefined) return sketch.toValue(name, textOf);
  const example = exampleOf(schema);
  const filled = sketch.hasParts ? fillIn(example, sketch.toValue(name, textOf)) : example;
  return fits(schema, filled) ? filled : example;
}

function fits(schema: JsonObject, value: JsonValue): boolean {
  const validated = validateJson(schema, value);
  return 'findings' in validated && validated.findings.length === 0;
}

/** An example, with the fields that it lacks; its lists stay what they are unless they are empty. */
function fillIn(example: JsonValue | undefined, more: JsonValue): JsonValue {
  if (example === undefined) return more;
  if (Array.isArray(example) && Array.isArray(more)) return fillItems(example, more);
  if (!isJsonObject(example) || !isJsonObject(more)) return example;
  const filled = Object.entries(more).map(([key, value]): [string, JsonValue] => [
    key,
    Object.hasOwn(example, key) ? fillIn(example[key], value) : value,
  ]);
  return Object.fromEntries([...Object.entries(example), ...filled]);
}

function fillItems(example: readonly JsonValue[], more: readonly JsonValue[]): JsonValue {
  const length = Math.max(example.length, more.length);
  return Array.from({ length }, (_, index) =>
    fillIn(example[index] ?? example.at(-1), more[index] ?? more.at(-1) ?? null),
  );
}
