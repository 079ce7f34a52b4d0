import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { AgentWork, GraphNode } from '../../../api/runner-work.ts';
import { findExcess } from '../../../core/json-schema/find-excess.ts';
import { schemaLimits } from '../../../core/json-schema/limits.ts';
import type { Verdict } from '../../verdict.ts';
import { judgeOutputs, type Judged } from '../judge-answer.ts';
import { type Asked, Questioner } from '../questioner.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { limitReached, nothingSpent, type WorkParts } from '../work-parts.ts';
import { askNode } from './ask-node.ts';
import { callNode } from './call-node.ts';
import { checkGraph } from './check-graph.ts';
import { inNode } from './in-node.ts';
import { type Graph, type GraphRoutes, type NextNode, theEnd } from './graph-routes.ts';
import type { CallWatch } from './watch-calls.ts';

/** What a graph is run with. */
export interface GraphParts {
  readonly work: AgentWork;
  readonly graph: Graph;
  readonly parts: WorkParts;
  readonly toolbox: Toolbox;
  readonly watch: CallWatch;
}

/** An answer, and where it leads; the outputs of the graph where it ends there. */
interface Arrival {
  readonly value: JsonValue;
  readonly next: NextNode;
  readonly outputs?: JsonObject;
}

/** Goes from node to node; the last answer is the outputs. The limits of the task hold over all nodes together. */
export async function runGraph(given: GraphParts): Promise<Verdict> {
  const { graph, toolbox } = given;
  const checked = await checkGraph(graph, toolbox);
  if ('refusal' in checked) return checked.refusal;
  const walk = new GraphWalk(given, checked.routes);
  for (let at = graph.entry ?? graph.nodes[0]?.id ?? theEnd; ;) {
    const went = await walk.visit(at);
    if ('verdict' in went) return went.verdict;
    at = went.to;
  }
}

class GraphWalk {
  readonly #given: GraphParts;
  readonly #routes: GraphRoutes;
  readonly #questioner: Questioner;
  readonly #spent = nothingSpent();
  readonly #values: Map<string, JsonValue>;
  readonly #visits = new Map<string, number>();

  constructor(given: GraphParts, routes: GraphRoutes) {
    [this.#given, this.#routes] = [given, routes];
    this.#questioner = new Questioner(given.parts, this.#spent);
    this.#values = new Map<string, JsonValue>([['inputs', given.parts.task.inputs]]);
  }

  /** The node to go to, or how the graph ended. */
  async visit(id: string): Promise<{ readonly to: string } | { readonly verdict: Verdict }> {
    const { graph } = this.#given;
    const node = graph.nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`there is no node '${id}'`);
    const visits = (this.#visits.get(id) ?? 0) + 1;
    this.#visits.set(id, visits);
    if (visits > graph.maxIterations)
      return { verdict: limitReached(`The node '${id}' was to be entered more than ${graph.maxIterations} times.`) };
    const asked = await this.#answerOf(node);
    return 'ended' in asked ? { verdict: inNode(asked.ended, id) } : this.#follow(id, asked.value);
  }

  #follow(id: string, { value, next, outputs }: Arrival) {
    if ('failure' in next) return { verdict: inNode({ outcome: 'failed', error: next.failure }, id) };
    // The last answer stands at the end.
    this.#values.delete(id);
    this.#values.set(id, value);
    return next.to === theEnd ? { verdict: { outcome: 'succeeded', ...(outputs && { outputs }) } as const } : next;
  }

  async #answerOf(node: GraphNode): Promise<Asked<Arrival>> {
    const { id, type } = node;
    const shared = { ...this.#given, spent: this.#spent, values: this.#values };
    if (type !== 'tool') {
      const judge = (value: JsonValue) => this.#arrive(id, value);
      const isLast = this.#routes.endsAt(id);
      return await askNode(node, { ...shared, judge, questioner: this.#questioner, isLast });
    }
    const called = await callNode(node, shared);
    if ('ended' in called) return called;
    const arrival = await this.#arrive(id, called.value);
    return 'value' in arrival ? arrival : { ended: { outcome: 'failed', error: arrival.failure } };
  }

  /** NOTE: where an answer leads is found out before it counts: one that ends the graph has to be its outputs. */
  async #arrive(id: string, value: JsonValue): Promise<Judged<Arrival>> {
    const excess = findExcess(value, schemaLimits.value);
    if (excess !== undefined)
      return { failure: { reason: 'AnswerInvalid', message: `The answer ${excess}.`, retryable: false } };
    const next = this.#routes.next(id, Object.fromEntries([...this.#values, [id, value]]));
    if ('failure' in next || next.to !== theEnd) return { value: { value, next } };
    const outputs = await judgeOutputs(value, this.#given.parts.task);
    return 'failure' in outputs ? outputs : { value: { value, next, outputs: outputs.value } };
  }
}
