import type { Step } from '../../api/step/step.ts';
import { isInside } from '../pipeline/scope-rules.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { branchId, decisionId, exitId, routeId, startId, stepId } from './drawing-ids.ts';
import type { DrawnEdge } from './drawing.ts';

/** Every arrow of a pipeline. */
export function drawEdges(graph: PipelineGraph, { isSafe }: { readonly isSafe: boolean }): DrawnEdge[] {
  const edges = graph.nodes.flatMap((node) => [
    ...dependenciesOf(node),
    ...activationsOf(node),
    ...branchesOf(node),
    ...routesOf(node),
    ...returnsOf(node, graph),
  ]);
  return [...(isSafe ? startEdges(graph) : []), ...edges, ...exitEdges(graph)];
}

/** A step and what it stands in, or what stands in it, need no arrow. */
function dependenciesOf(node: StepNode): DrawnEdge[] {
  return node.dependencies
    .filter(({ on }) => !isInside(on, node) && !isInside(node, on))
    .map(({ on, until }) => ({ from: stepId(on), to: stepId(node), kind: until === 'ended' ? 'after' : 'needs' }));
}

const kinds = { check: 'check', route: 'goes', fallback: 'fallback', compensate: 'compensate' } as const;

function activationsOf(node: StepNode): DrawnEdge[] {
  return node.activators
    .filter(({ by }) => by !== node)
    .map(({ by, through }) => ({
      from: stepId(by),
      to: stepId(node),
      kind: kinds[through],
      label: labelOf(by.step, node.name, through),
    }));
}

/** What has to hold for the activation, where that is said. */
function labelOf(step: Step, target: string, through: keyof typeof kinds): string {
  if (through === 'check') {
    const entries = (step.check ?? []).filter(({ run }) => run === target);
    return entries.map((entry) => entry.boolean ?? `no ${entry.notExists ?? ''}`).join(' or ');
  }
  if (through !== 'route') return through === 'fallback' ? 'on failure' : 'undo';
  const routes = (step.onSuccess?.routes ?? []).filter(({ run }) => run === target);
  return routes.map(({ match }) => match.expression).join(' or ');
}

function branchesOf(node: StepNode): DrawnEdge[] {
  const placements = new Set(node.children.map(({ placement }) => placement));
  return (['ifTrue', 'ifFalse'] as const)
    .filter((branch) => placements.has(branch))
    .map((branch) => ({ from: decisionId(node), to: branchId(node, branch), kind: 'chooses' }));
}

function routesOf(node: StepNode): DrawnEdge[] {
  const brought = new Set(node.routed.map(({ routeIndex }) => routeIndex));
  return (node.step.onSuccess?.routes ?? []).flatMap(({ match }, index): DrawnEdge[] =>
    brought.has(index) ? [{ from: stepId(node), to: routeId(node, index), kind: 'goes', label: match.expression }] : [],
  );
}

function returnsOf(node: StepNode, graph: PipelineGraph): DrawnEdge[] {
  const { step } = node;
  const name =
    step.type === 'approval' ? step.returnTo : step.type === 'validation' ? step.onFailure?.returnTo : undefined;
  const target = name === undefined ? undefined : graph.byName.get(name);
  if (target === undefined || isInside(target, node) || isInside(node, target)) return [];
  return [{ from: stepId(node), to: stepId(target), kind: 'returns', label: 'sent back' }];
}

/** The first gate comes before every step that waits for nothing else. */
function startEdges({ roots }: PipelineGraph): DrawnEdge[] {
  return roots
    .filter(({ step, dependencies }) => step.isChild !== true && dependencies.length === 0)
    .map((node) => ({ from: startId, to: stepId(node), kind: 'needs' }));
}

/** Exit steps come after all that nothing else follows. */
function exitEdges({ roots, nodes, exitSteps }: PipelineGraph): DrawnEdge[] {
  if (exitSteps.length === 0) return [];
  const followed = new Set(nodes.flatMap(({ dependencies }) => dependencies.map(({ on }) => on)));
  const last = roots.filter((node) => !followed.has(node));
  return (last.length > 0 ? last : roots).map((node) => ({ from: stepId(node), to: exitId, kind: 'finally' }));
}
