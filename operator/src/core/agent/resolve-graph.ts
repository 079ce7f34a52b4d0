import type { JsonObject } from '../../api/json.ts';
import type { Method } from '../../api/method.ts';
import type { AgentWork, GraphNode } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import { defined, without } from '../defined.ts';
import { modelNameOf } from './find-model.ts';
import { type ModelContext, resolveModel } from './resolve-model.ts';

type AgentStep = Extract<Step, { type: 'llm_agent' }>;
type Graph = NonNullable<AgentWork['graph']>;

/** A node as it is written: by the Method, by the step, or by both. */
type WrittenNode = Readonly<Record<string, unknown>> & { readonly id: string };

const usualIterations = 10;

/** The state graph of an agent: that of its Method, in which the step may change nodes and add some. */
export function resolveGraph(step: AgentStep, method: Method | undefined, context: ModelContext): Graph | undefined {
  const graph = method?.spec.type === 'graph' ? method.spec.graph : undefined;
  const written = writtenNodes(step, method);
  if (written.length === 0) return undefined;
  const nodes = written.map((node) => resolveNode(node, context));
  const { entry, edges, maxIterations } = graph ?? {};
  return {
    ...{ nodes, maxIterations: step.agentConfig?.max_iterations ?? maxIterations ?? usualIterations },
    ...defined({ entry, edges }),
  };
}

/** The names of the Models that nodes ask for by themselves, in their order. */
export function modelsOfGraph(step: AgentStep, method: Method | undefined): string[] {
  return writtenNodes(step, method).flatMap((node) => modelOfNode(node) ?? []);
}

function writtenNodes({ agentConfig }: AgentStep, method: Method | undefined): WrittenNode[] {
  const ofMethod = method?.spec.type === 'graph' ? method.spec.graph.nodes : [];
  const nodes = new Map<string, WrittenNode>(ofMethod.map((node) => [node.id, node]));
  for (const [index, node] of (agentConfig?.nodes ?? []).entries()) {
    const id = typeof node['id'] === 'string' ? node['id'] : `node-${index + 1}`;
    nodes.set(id, { ...nodes.get(id), ...node, id });
  }
  return [...nodes.values()];
}

/** A step names it by `model`, which is a name of the Model or of what it serves; a Method refers to it. */
function modelOfNode({ model, modelRef }: WrittenNode): string | undefined {
  return typeof model === 'string'
    ? model
    : modelNameOf({ modelRef: modelRef as { readonly name: string } | undefined });
}

function resolveNode(node: WrittenNode, context: ModelContext): GraphNode {
  const rest = without(node, 'model', 'modelRef');
  const name = modelOfNode(node);
  const model = name === undefined ? undefined : resolveModel(name, `the node '${node.id}'`, context);
  return { type: 'llm', ...(rest as JsonObject), id: node.id, ...defined({ model }) };
}
