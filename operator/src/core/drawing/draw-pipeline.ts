import type { PipelineSpec } from '../../api/pipeline.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { describeQuorum, describeStep, looks } from './describe-step.ts';
import { drawEdges } from './draw-edges.ts';
import { branchId, decisionId, exitId, routeId, startId, stepId } from './drawing-ids.ts';
import type { DrawnGroup, DrawnItem, DrawnNode, Drawing } from './drawing.ts';

/** A pipeline as a picture: its steps, what stands inside what, and what leads to what. */
export function drawPipeline(spec: PipelineSpec, title: string): Drawing {
  const graph = pipelineGraph(spec);
  const isSafe = spec.execution.mode === 'safe';
  return {
    title,
    description: spec.description ?? `A pipeline of ${graph.nodes.length} step${graph.nodes.length === 1 ? '' : 's'}.`,
    items: [
      ...(isSafe ? [drawStart(spec)] : []),
      ...graph.roots.flatMap(drawStep),
      ...(graph.exitSteps.length > 0 ? [drawExit(graph.exitSteps)] : []),
    ],
    edges: drawEdges(graph, { isSafe }),
  };
}

/** The gate that safe mode puts before the first step. */
function drawStart({ execution: { startApprovals = [{ role: 'planning' }] } }: PipelineSpec): DrawnNode {
  return {
    kind: 'node',
    id: startId,
    lines: ['start', `gate · ${describeQuorum(startApprovals)}`],
    shape: 'gate',
    tone: 'gate',
    isChild: false,
  };
}

function drawExit(steps: readonly StepNode[]): DrawnGroup {
  const lines = ['on exit', 'always, however the run ended'];
  return { kind: 'group', id: exitId, lines, tone: 'control', isChild: false, items: steps.flatMap(drawStep) };
}

/** A step, and the steps that its routes bring beside it. */
function drawStep(node: StepNode): DrawnItem[] {
  return [node.children.length === 0 ? drawLeaf(node) : drawContainer(node), ...drawRoutes(node)];
}

function drawLeaf(node: StepNode): DrawnNode {
  const { step } = node;
  return {
    ...{ kind: 'node', id: stepId(node), ...looks[step.type], isChild: step.isChild === true },
    lines: [step.name, ...describeStep(step)],
  };
}

function drawContainer(node: StepNode): DrawnGroup {
  const { step, children } = node;
  return {
    ...{ kind: 'group', id: stepId(node), tone: looks[step.type].tone, isChild: step.isChild === true },
    lines: [step.name, ...describeStep(step)],
    items: step.type === 'conditional' ? drawBranches(node, step.condition.expression) : children.flatMap(drawStep),
  };
}

function drawBranches(node: StepNode, expression: string): DrawnItem[] {
  const branches = (['ifTrue', 'ifFalse'] as const).flatMap((placement): DrawnGroup[] => {
    const steps = node.children.filter((child) => child.placement === placement);
    const lines = [placement === 'ifTrue' ? 'if true' : 'if false'];
    if (steps.length === 0) return [];
    const items = steps.flatMap(drawStep);
    return [{ kind: 'group', id: branchId(node, placement), lines, tone: 'control', isChild: false, items }];
  });
  const decision = { kind: 'node', id: decisionId(node), lines: [expression], isChild: false } as const;
  return [{ ...decision, ...looks.conditional }, ...branches];
}

/** The steps that each route brings, in a group of their own. */
function drawRoutes(node: StepNode): DrawnGroup[] {
  return (node.step.onSuccess?.routes ?? []).flatMap((_, index): DrawnGroup[] => {
    const steps = node.routed.filter(({ routeIndex }) => routeIndex === index);
    if (steps.length === 0) return [];
    const lines = [`route of ${node.name}`];
    const items = steps.flatMap(drawStep);
    return [{ kind: 'group', id: routeId(node, index), lines, tone: 'control', isChild: true, items }];
  });
}
