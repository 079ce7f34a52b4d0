import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { Step } from '../../api/step/step.ts';
import { isJsonList, isJsonObject } from '../json-schema/keyword-shapes.ts';
import { schemaAt } from '../json-schema/schema-at.ts';
import type { PipelineGraph } from '../pipeline/step-node.ts';
import { findReferences } from '../template/find-references.ts';
import type { Reference } from '../template/reference.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import type { Scope } from '../template/scope.ts';
import { type EstimateWorld, methodsOf } from './estimate-world.ts';

/** How often a loop goes round. */
export interface IterationCount {
  readonly least: number;
  readonly most: number;
  /** Nothing tells how many there are: `most` is a guess. */
  readonly isGuess: boolean;
}

/** What is known when iterations are counted. */
export interface IterationContext {
  readonly world: EstimateWorld & { readonly spec: PipelineSpec };
  readonly graph: PipelineGraph;
  /** The inputs of the run; only the defaults of its parameters when left out. */
  readonly inputs?: JsonObject | undefined;
}

/** What is taken when nothing tells. */
export const guessedItems = 10;
/** Iterations that a run can have. */
const MOST_ITERATIONS = 1_000_000;

type Loop = Extract<Step, { type: 'loop' }>;

/**
 * How often a loop goes round: by its list where that is known, else by what the schema of a parameter or a Method says
 * of its length, else a guess.
 */
export function countIterations(loop: Loop, context: IterationContext): IterationCount {
  const { least, most, isGuess } = countItems(loop.iterateOver, context);
  const rounds = (items: number) => Math.min(Math.ceil(items / (loop.batchSize ?? 1)), MOST_ITERATIONS);
  return { least: rounds(least), most: rounds(most), isGuess };
}

function countItems(list: JsonValue, context: IterationContext): IterationCount {
  // A list that is written down has its length, whatever templates stand in it.
  const items = isJsonList(list) ? list : resolved(list, context);
  if (isJsonList(items)) return { least: items.length, most: items.length, isGuess: false };
  const [only, ...others] = typeof list === 'string' ? findReferences(list) : [];
  const schema = only === undefined || others.length > 0 ? undefined : schemaOf(only.reference, context);
  const least = typeof schema?.['minItems'] === 'number' ? schema['minItems'] : 0;
  const said = schema?.['maxItems'];
  if (typeof said === 'number') return { least, most: said, isGuess: false };
  return { least, most: Math.max(least, guessedItems), isGuess: true };
}

function resolved(list: JsonValue, { world, inputs = {} }: IterationContext): JsonValue | undefined {
  const defaults = (world.spec.parameters ?? []).flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const input: JsonObject = { ...Object.fromEntries(defaults), ...inputs };
  const scope: Scope = {
    lookUp: (root) => (root === 'input' ? input : undefined),
    stepNames: () => [],
    isVariable: (root) => root === 'input',
  };
  const outcome = resolveTemplates(list, scope);
  return 'value' in outcome ? outcome.value : undefined;
}

function schemaOf({ root, segments }: Reference, context: IterationContext): JsonObject | undefined {
  const [field, ...rest] = segments;
  if (field?.kind !== 'field') return undefined;
  if (root === 'input') {
    const parameter = context.world.spec.parameters?.find(({ name }) => name === field.name);
    return endOf(parameter?.schema, rest);
  }
  const node = context.graph.byName.get(root);
  const methods = node === undefined ? [] : methodsOf(node.step, context.world).found;
  return methods.length === 1 ? endOf(methods[0]?.spec.outputs, segments) : undefined;
}

function endOf(schema: JsonObject | undefined, segments: Reference['segments']): JsonObject | undefined {
  const found = schema && schemaAt(schema, segments);
  return found !== undefined && 'schema' in found && isJsonObject(found.schema) ? found.schema : undefined;
}
