import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { PipelineSpec } from '../../../api/pipeline.ts';
import { isJsonObject } from '../../json-schema/keyword-shapes.ts';
import type { SchemaAt } from '../../json-schema/schema-at.ts';
import { loopsAround } from '../../pipeline/scope-rules.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { isTemplate, parseTemplate } from '../../template/parse-template.ts';
import type { Reference } from '../../template/reference.ts';
import type { DataFlow } from './data-flow.ts';
import type { SchemaWork } from './schema-work.ts';
import { closedObject, type StepResults } from './step-results.ts';

const string = { type: 'string' } as const;

/** What `run` is in exit steps. */
const runSchema = closedObject({ phase: string, reason: string, message: string, failedStep: true });

/** JSON Schemas of what references stand for, as far as schemas tell. */
export class ReferenceSchemas {
  readonly #flow: DataFlow;
  readonly #results: StepResults;
  readonly #inputs: JsonObject;
  readonly #items = new Map<StepNode, JsonObject | undefined>();

  constructor(flow: DataFlow, results: StepResults) {
    this.#flow = flow;
    this.#results = results;
    this.#inputs = inputsSchema(flow);
  }

  /** What a reference stands for at a step, or in the outputs of the Pipeline. */
  of({ root, segments }: Reference, node: StepNode | undefined): SchemaAt {
    const schema = this.root(root, node);
    return schema === undefined ? { unknown: true } : this.#flow.work.at(schema, segments);
  }

  /** What the first name of a reference stands for. */
  root(name: string, node: StepNode | undefined): JsonObject | undefined {
    const loop = node && loopsAround(node).find(({ step }) => isVariableOf(step, name));
    if (loop?.step.type === 'loop') return name === loop.step.loopVariable ? this.#itemOf(loop) : { type: 'integer' };
    if (name === 'input') return this.#inputs;
    const target = this.#flow.graph.byName.get(name);
    if (target !== undefined) return this.#results.of(target);
    return name === 'run' ? runSchema : undefined;
  }

  /** What a text with templates comes to: a reference alone keeps its type, inside other text all is text. */
  ofText(text: string, node: StepNode | undefined): JsonObject | undefined {
    if (!isTemplate(text)) return { const: text };
    const parsed = parseTemplate(text);
    if ('problem' in parsed) return undefined;
    const [only, ...others] = parsed.parts;
    if (only?.kind !== 'reference' || others.length > 0) return string;
    const found = this.of(only.reference, node);
    return 'schema' in found ? found.schema : undefined;
  }

  #itemOf(loop: StepNode): JsonObject | undefined {
    if (!this.#items.has(loop)) this.#items.set(loop, this.#findItem(loop));
    return this.#items.get(loop);
  }

  #findItem(loop: StepNode): JsonObject | undefined {
    if (loop.step.type !== 'loop') return undefined;
    const { iterateOver, batchSize = 1 } = loop.step;
    const items = typeof iterateOver === 'string' ? this.ofText(iterateOver, loop) : literalItems(iterateOver);
    const all = items && this.#flow.work.at(items, [{ kind: 'splat' }]);
    if (all === undefined || !('schema' in all)) return undefined;
    const item = all.schema['items'];
    return batchSize > 1 ? all.schema : isJsonObject(item) ? item : undefined;
  }
}

/** Literal items without templates are of the types that they are of. */
function literalItems(items: JsonValue): JsonObject | undefined {
  if (!Array.isArray(items)) return undefined;
  const isPlain = items.every((item) => typeof item === 'string' && !isTemplate(item));
  return isPlain ? { type: 'array', items: string } : undefined;
}

function isVariableOf(step: StepNode['step'], name: string): boolean {
  return step.type === 'loop' && (name === step.loopVariable || name === `${step.loopVariable}_index`);
}

function inputsSchema({ spec: { parameters = [] }, work }: DataFlow): JsonObject {
  return closedObject(
    Object.fromEntries(parameters.map((parameter) => [parameter.name, parameterSchema(parameter, work)])),
  );
}

type Parameter = NonNullable<PipelineSpec['parameters']>[number];

/** What the value of a parameter must fit; true when anything does. */
export function parameterSchema({ type, schema }: Parameter, work: SchemaWork): JsonObject | true {
  const whole = schema && work.standingAlone(schema);
  if (whole === undefined) return type === undefined ? true : { type };
  return type === undefined ? whole : { type, allOf: [whole] };
}
