import type { JsonObject } from '../../../api/json.ts';
import type { Method } from '../../../api/method.ts';
import type { Step } from '../../../api/step/step.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { isTemplate } from '../../template/parse-template.ts';
import { agentRoleOf, calledMethod } from '../called-objects.ts';
import type { WorldIndex } from '../world.ts';
import type { DataFlow } from './data-flow.ts';
import type { SchemaWork } from './schema-work.ts';

const string = { type: 'string' } as const;
const number = { type: 'number' } as const;
const list = { type: 'array' } as const;

/** An object of which all fields are known. */
export function closedObject(properties: JsonObject): JsonObject {
  return { type: 'object', properties, additionalProperties: false };
}

/** Results that are the same for every step of a type. */
const fixedResults: Partial<Readonly<Record<Step['type'], JsonObject>>> = {
  parallel_group: closedObject({}),
  conditional: closedObject({ branch: string }),
  validation: closedObject({ passed: { type: 'boolean' }, relevance: number, completeness: number, errors: list }),
  output: closedObject({ artifact: string, digest: string, url: string }),
  approval: closedObject({ decision: string, approvers: list, message: string }),
  ml_serving: { type: 'object', properties: { service_url: string }, additionalProperties: true },
};

/** What each step gives, as a JSON Schema that stands alone, as far as schemas tell. Worked out once for each step. */
export class StepResults {
  readonly #world: WorldIndex;
  readonly #work: SchemaWork;
  readonly #inLoop = new Map<StepNode, StepNode[]>();
  readonly #known = new Map<StepNode, JsonObject | undefined>();

  constructor({ graph, world, work }: Pick<DataFlow, 'graph' | 'world' | 'work'>) {
    this.#world = world;
    this.#work = work;
    for (const node of graph.nodes) {
      if (node.loop === undefined) continue;
      const inside = this.#inLoop.get(node.loop);
      if (inside === undefined) this.#inLoop.set(node.loop, [node]);
      else inside.push(node);
    }
  }

  /** The result of a step as templates see it, with the outputs that it declares; undefined when nothing is known. */
  of(node: StepNode): JsonObject | undefined {
    if (!this.#known.has(node)) this.#known.set(node, withDeclared(node.step, this.bare(node), this.#work));
    return this.#known.get(node);
  }

  /** The result as whatever executes the step gives it. */
  bare(node: StepNode): JsonObject | undefined {
    const { step } = node;
    if (step.type === 'loop') return this.#loopResult(node);
    if (step.type === 'wait_for_asset') return waitResult(step);
    const schema = fixedResults[step.type] ?? executedResult(step, this.#world);
    return schema === undefined ? undefined : this.#work.standingAlone(schema);
  }

  /** One result for each iteration, of the steps whose innermost loop it is. */
  #loopResult(loop: StepNode): JsonObject {
    const inside = this.#inLoop.get(loop) ?? [];
    const iteration = closedObject(Object.fromEntries(inside.map((node) => [node.name, this.of(node) ?? true])));
    return closedObject({ results: { type: 'array', items: iteration }, count: { type: 'integer' } });
  }
}

/** Types of steps whose results no schema tells. */
const untold: readonly Step['type'][] = ['council', 'data_transform', 'custom_code'];

/** What a Method, a role or the step itself says that comes out. */
function executedResult(step: Step, world: WorldIndex): JsonObject | undefined {
  if (untold.includes(step.type)) return undefined;
  const ownSchema = 'outputSchema' in step ? step.outputSchema : undefined;
  if (ownSchema !== undefined) return ownSchema;
  const method = calledMethod(step, world);
  return method === undefined ? agentRoleOf(step, world)?.spec.outputSchema : methodResult(method);
}

function methodResult({ spec }: Method): JsonObject | undefined {
  if (spec.outputs !== undefined) return spec.outputs;
  if (spec.type === 'flow') return spec.flow.completions.at(-1)?.outputSchema;
  if (spec.type !== 'object' || spec.object.outputs === undefined) return undefined;
  return closedObject(Object.fromEntries(Object.keys(spec.object.outputs).map((name) => [name, true])));
}

/** Assets by their names, dotted names as objects in objects. Probes may add what they found. */
function waitResult({ assets = [], http, object }: Extract<Step, { type: 'wait_for_asset' }>): JsonObject {
  const isOpen = http !== undefined || object !== undefined;
  const tree = assets.some(isTemplate) ? true : assetTree(assets.map((name) => name.split('.')));
  return { type: 'object', properties: { assets: tree }, additionalProperties: isOpen };
}

/** Names have at most 253 characters, which bounds the depth. */
function assetTree(names: readonly (readonly string[])[]): JsonObject | true {
  if (names.some(({ length }) => length === 0)) return true;
  const heads = new Map<string, string[][]>();
  for (const [head = '', ...rest] of names) heads.set(head, [...(heads.get(head) ?? []), rest]);
  return closedObject(Object.fromEntries([...heads].map(([head, rests]) => [head, assetTree(rests)])));
}

/**
 * Outputs that a step declares are promised: one that the result lacks makes the whole result stand under its name when it
 * is the only one; of several, the step would fail, which is told elsewhere.
 */
function withDeclared({ outputs }: Step, result: JsonObject | undefined, work: SchemaWork): JsonObject | undefined {
  const names = Object.keys(outputs ?? {});
  const [only] = names;
  if (only === undefined || result === undefined || names.length > 1) return result;
  if (!('missing' in work.field(result, only))) return result;
  return closedObject(Object.fromEntries([[only, result]]));
}
