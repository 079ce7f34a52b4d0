import type { PipelineSpec } from '../../api/pipeline.ts';
import type { Step } from '../../api/step/step.ts';
import type { IssuePath } from '../issue.ts';
import { findDependencies } from './find-dependencies.ts';
import type { Activator, PipelineGraph, Placement, StepNode, UnknownStep } from './step-node.ts';

const known = new WeakMap<PipelineSpec, PipelineGraph>();

/** The steps of a spec as a graph. Made once for each spec object: a spec must not be changed afterwards. */
export function pipelineGraph(spec: PipelineSpec): PipelineGraph {
  const graph = known.get(spec) ?? buildGraph(spec);
  known.set(spec, graph);
  return graph;
}

/** A node while the graph grows. */
interface NodeDraft extends StepNode {
  readonly children: NodeDraft[];
  readonly routed: NodeDraft[];
  dependencies: StepNode['dependencies'];
  readonly activators: Activator[];
}

/** Where steps stand that are added. */
interface Spot {
  readonly placement: Placement;
  readonly path: IssuePath;
  readonly parent?: NodeDraft;
  readonly loop?: NodeDraft;
  readonly routeIndex?: number;
}

class GraphBuilder {
  readonly nodes: NodeDraft[] = [];
  readonly byName = new Map<string, NodeDraft>();
  readonly duplicates: NodeDraft[] = [];
  readonly unknown: UnknownStep[] = [];

  /** Adds steps and all that stands in them; each before its parts. */
  addSteps(steps: readonly Step[], spot: Spot): NodeDraft[] {
    return steps.map((step, position) => this.#addStep(step, { ...spot, path: [...spot.path, position] }));
  }

  #addStep(step: Step, { placement, path, parent, loop, routeIndex }: Spot): NodeDraft {
    const node: NodeDraft = {
      ...{ name: step.name, step, index: this.nodes.length, path, placement },
      ...{ parent, routeIndex, loop, children: [], routed: [], dependencies: [], activators: [] },
    };
    this.nodes.push(node);
    if (this.byName.has(step.name)) this.duplicates.push(node);
    else this.byName.set(step.name, node);
    for (const part of partsOf(step)) {
      const inside = {
        ...part,
        path: [...path, ...part.path],
        parent: node,
        loop: part.placement === 'loop' ? node : loop,
      };
      const added = this.addSteps(part.steps, withoutUndefined(inside));
      (part.placement === 'route' ? node.routed : node.children).push(...added);
    }
    return node;
  }

  /** Joins the steps once all of them are known. */
  connect(): void {
    for (const node of this.nodes) {
      const { dependencies, unknown } = findDependencies(node, this.byName);
      node.dependencies = dependencies;
      this.unknown.push(...unknown);
      for (const { name, path, through } of activationsBy(node.step)) {
        const target = this.byName.get(name);
        if (target === undefined) this.unknown.push({ name, path: [...node.path, ...path], as: roleOf[through] });
        else target.activators.push({ by: node, through });
      }
      for (const { name, path } of returnsOf(node.step))
        if (!this.byName.has(name)) this.unknown.push({ name, path: [...node.path, ...path], as: 'returnTo' });
    }
  }
}

function buildGraph(spec: PipelineSpec): PipelineGraph {
  const builder = new GraphBuilder();
  const roots = builder.addSteps(spec.steps, { placement: 'top', path: ['steps'] });
  const exitSteps = builder.addSteps(spec.onExit ?? [], { placement: 'exit', path: ['onExit'] });
  builder.connect();
  const { nodes, byName, duplicates, unknown } = builder;
  return { nodes, byName, roots, exitSteps, unknown, duplicates };
}

/** Steps that stand inside a step. */
interface Part {
  readonly placement: Placement;
  readonly path: IssuePath;
  readonly steps: readonly Step[];
  readonly routeIndex?: number;
}

function partsOf(step: Step): Part[] {
  const parts: Part[] = [];
  if (step.type === 'loop') parts.push({ placement: 'loop', path: ['steps'], steps: step.steps });
  if (step.type === 'parallel_group') parts.push({ placement: 'group', path: ['steps'], steps: step.steps });
  if (step.type === 'conditional') {
    for (const branch of ['ifTrue', 'ifFalse'] as const) {
      const { steps } = step.branches[branch] ?? { steps: [] };
      parts.push({ placement: branch, path: ['branches', branch, 'steps'], steps });
    }
  }
  for (const [routeIndex, { steps }] of (step.onSuccess?.routes ?? []).entries()) {
    const path = ['onSuccess', 'routes', routeIndex, 'steps'];
    if (steps !== undefined) parts.push({ placement: 'route', path, steps, routeIndex });
  }
  return parts;
}

interface Activation {
  readonly name: string;
  readonly path: IssuePath;
  readonly through: Activator['through'];
}

const roleOf = { check: 'check', route: 'route', fallback: 'fallbackStep', compensate: 'compensate' } as const;

/** The steps that a step can activate. */
function activationsBy(step: Step): Activation[] {
  const { check = [], onSuccess, onError, compensate } = step;
  return [
    ...check.map(({ run }, index): Activation => ({ name: run, path: ['check', index, 'run'], through: 'check' })),
    ...(onSuccess?.routes ?? []).flatMap(({ run }, index): Activation[] =>
      run === undefined ? [] : [{ name: run, path: ['onSuccess', 'routes', index, 'run'], through: 'route' }],
    ),
    ...optional(onError?.fallbackStep, ['onError', 'fallbackStep'], 'fallback'),
    ...optional(compensate, ['compensate'], 'compensate'),
  ];
}

const optional = (name: string | undefined, path: IssuePath, through: Activator['through']): Activation[] =>
  name === undefined ? [] : [{ name, path, through }];

/** The steps that a step can send the run back to. */
function returnsOf(step: Step): { readonly name: string; readonly path: IssuePath }[] {
  if (step.type === 'approval' && step.returnTo !== undefined) return [{ name: step.returnTo, path: ['returnTo'] }];
  if (step.type === 'validation' && step.onFailure !== undefined)
    return [{ name: step.onFailure.returnTo, path: ['onFailure', 'returnTo'] }];
  return [];
}

function withoutUndefined({ loop, ...spot }: Omit<Spot, 'loop'> & { readonly loop: NodeDraft | undefined }): Spot {
  return loop === undefined ? spot : { ...spot, loop };
}
