import type { JsonObject } from '../../../api/json.ts';
import type { AgentWork } from '../../../api/runner-work.ts';
import { compileExpression, evaluateCondition, type Expression } from '../../../core/expression/expression.ts';
import type { Failure } from '../../verdict.ts';

/** The graph of an agent. */
export type Graph = NonNullable<AgentWork['graph']>;

/** Where an edge leads that ends the graph; no node has this name. */
export const theEnd = 'end';

/** The node that follows, or why none does. */
export type NextNode = { readonly to: string } | { readonly failure: Failure };

interface Edge {
  readonly to: string;
  readonly when: Expression | undefined;
}

/** A graph is not one: nothing of it may be begun. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

/** The ways through a graph: its edges in order, or one node after the other where it has none. */
export class GraphRoutes {
  readonly #edges = new Map<string, Edge[]>();

  /** @throws GraphError for edges from or to nowhere, and for conditions that are none */
  constructor({ nodes, edges = [] }: Graph) {
    const ids = nodes.map(({ id }) => id);
    for (const { from, to, when } of edges.length > 0 ? edges : edgesInRow(ids)) {
      const unknown = [from, to].find((name) => !ids.includes(name) && (name !== theEnd || name === from));
      if (unknown !== undefined) throw new GraphError(`An edge from '${from}' to '${to}': no node '${unknown}'.`);
      const edge = { to, when: when === undefined ? undefined : compile(when, `The edge from '${from}' to '${to}'`) };
      this.#edges.set(from, [...this.#edgesOf(from), edge]);
    }
  }

  /** Whether an answer of the node is the last, whatever it is. */
  endsAt(id: string): boolean {
    return this.#edgesOf(id).every(({ to }) => to === theEnd);
  }

  /** The first edge that holds is taken. A node that none leaves ends the graph. */
  next(from: string, state: JsonObject): NextNode {
    const edges = this.#edgesOf(from);
    if (edges.length === 0) return { to: theEnd };
    for (const { to, when } of edges) {
      if (when === undefined) return { to };
      const holds = evaluateCondition(when, { scope: nowhere, variables: { state } });
      if ('problem' in holds) return fail('EdgeFailed', `The edge to '${to}': ${holds.problem.message}`);
      if (holds.value) return { to };
    }
    return fail('NoEdgeHolds', 'None of its edges holds.');
  }

  #edgesOf(from: string): readonly Edge[] {
    return this.#edges.get(from) ?? [];
  }
}

const edgesInRow = (ids: readonly string[]): Graph['edges'] & object =>
  ids.slice(1).map((to, index) => ({ from: ids[index] ?? '', to }));

function compile(when: string, where: string): Expression {
  const compiled = compileExpression(when);
  if ('problem' in compiled) throw new GraphError(`${where}: ${compiled.problem.message}`);
  const { variables, references } = compiled.expression;
  const unknown = variables.find((name) => name !== 'state') ?? references[0]?.text;
  if (unknown !== undefined) throw new GraphError(`${where} names '${unknown}': it can name \`state\` alone.`);
  return compiled.expression;
}

const nowhere = { lookUp: () => undefined, stepNames: () => [], isVariable: () => false };

const fail = (reason: string, message: string) => ({ failure: { reason, message, retryable: false } });
