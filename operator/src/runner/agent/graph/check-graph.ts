import { failed, type Verdict } from '../../verdict.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { notServed } from '../work-parts.ts';
import { inNode } from './in-node.ts';
import { type Graph, GraphError, GraphRoutes, theEnd } from './graph-routes.ts';

const knownTypes = ['llm', 'agent', 'tool'];

/** Names that stand for something else where nodes are named. */
const takenNames = ['inputs', theEnd];

/** The ways through a graph, or why nothing of it may be begun. */
export async function checkGraph(
  graph: Graph,
  toolbox: Toolbox,
): Promise<{ readonly routes: GraphRoutes } | { readonly refusal: Verdict }> {
  const unknown = graph.nodes.find(({ type }) => !knownTypes.includes(type));
  if (unknown !== undefined) return { refusal: notServed(`nodes of type '${unknown.type}', such as '${unknown.id}'`) };
  try {
    checkNames(graph);
    const routes = new GraphRoutes(graph);
    const refusal = await refuseTools(graph, toolbox);
    return refusal === undefined ? { routes } : { refusal };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return { refusal: failed('GraphInvalid', error.message) };
  }
}

/** @throws GraphError */
function checkNames({ nodes, entry }: Graph): void {
  const ids = new Set<string>();
  for (const { id, type, tool } of nodes) {
    if (takenNames.includes(id)) throw new GraphError(`No node may have the name '${id}'.`);
    if (ids.has(id)) throw new GraphError(`Two nodes have the name '${id}'.`);
    if (type === 'tool' && tool === undefined)
      throw new GraphError(`The node '${id}' does not say which tool it calls.`);
    ids.add(id);
  }
  if (entry !== undefined && !ids.has(entry)) throw new GraphError(`It begins with '${entry}', and has no such node.`);
}

/** A function that may not be called is refused before anything is spent: the toolbox counts that, and says why. */
async function refuseTools({ nodes }: Graph, toolbox: Toolbox): Promise<Verdict | undefined> {
  const given = toolbox.functions.map(({ name }) => name);
  for (const { id, type, tool = '' } of nodes) {
    if (type !== 'tool' || given.includes(tool)) continue;
    return inNode(toolRefused(await toolbox.call({ id, name: tool, arguments: '{}' })), id);
  }
  return undefined;
}

/** The verdict after a call that was refused, by what the toolbox tells models of it: `<reason>: <why>` inside a fence. */
export function toolRefused(told: string): Verdict {
  const text = told.split('\n').slice(1, -1).join('\n');
  const reason = /^([A-Z]\w+): /.exec(text)?.[1] ?? 'ToolRefused';
  return failed(reason, text.slice(reason.length + 2));
}
