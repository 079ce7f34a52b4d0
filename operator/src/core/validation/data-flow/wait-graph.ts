import type { Activator, PipelineGraph, StepNode } from '../../pipeline/step-node.ts';

/** The beginning and the end of each step as numbers, and for each which of them have to come first. */
export type WaitGraph = readonly (readonly number[])[];

/** The number of a step's beginning. */
export const beginOf = (node: StepNode) => 2 * node.index;
/** The number of a step's end: of a container, the end of all that it is made of. */
export const endOf = (node: StepNode) => 2 * node.index + 1;

/**
 * What has to come before what. `certain`: only what is so in every run, fallbacks included; `usual`: a child step comes
 * after each step that can activate it, though one of them would do.
 */
export function waitGraph({ nodes }: PipelineGraph, order: 'certain' | 'usual'): WaitGraph {
  const waits: number[][] = nodes.flatMap((node) => [[], [beginOf(node)]]);
  for (const node of nodes) {
    waits[beginOf(node)]?.push(...beginsAfter(node), ...activationsBefore(node, order));
    const container = containerOf(node);
    if (container !== undefined) waits[endOf(container)]?.push(endOf(node));
    // A step that has failed ends when its fallback does.
    const failed = order === 'certain' ? node.activators.filter(({ through }) => through === 'fallback') : [];
    for (const { by } of failed) waits[endOf(by)]?.push(endOf(node));
  }
  return waits;
}

/** What has to come before a step by its place and its dependencies. Exit steps come after all others. */
function beginsAfter(node: StepNode): number[] {
  const container = containerOf(node);
  const isExit = isExitStep(node);
  return [
    ...(container === undefined ? [] : [beginOf(container)]),
    ...(node.placement === 'route' && node.parent !== undefined ? [endOf(node.parent)] : []),
    ...node.dependencies.filter(({ on }) => isExit || !isExitStep(on)).map(({ on }) => endOf(on)),
  ];
}

/** The loop, group or conditional around a step. What a route brings stands where the step stands whose route it is. */
export function containerOf(node: StepNode): StepNode | undefined {
  let inner = node;
  while (inner.placement === 'route' && inner.parent !== undefined) inner = inner.parent;
  return inner.parent;
}

/** Whether a step stands in `onExit`, at any depth. */
export function isExitStep(node: StepNode): boolean {
  let outermost = node;
  while (outermost.parent !== undefined) outermost = outermost.parent;
  return outermost.placement === 'exit';
}

/** What can make a child step run while the run goes on: compensations come after it. */
export function runActivators({ step, activators }: StepNode): readonly Activator[] {
  return step.isChild === true ? activators.filter(({ through }) => through !== 'compensate') : [];
}

/** A fallback begins while the step that it stands in for goes on: only its beginning is certain to be over. */
function activationsBefore(node: StepNode, order: 'certain' | 'usual'): number[] {
  const activators = runActivators(node);
  const steps = [...new Set(activators.map(({ by }) => by))];
  if (order === 'certain' && (steps.length !== 1 || node.activators.length > activators.length)) return [];
  return steps.map((step) => {
    const isFallback = activators.some(({ by, through }) => by === step && through === 'fallback');
    return isFallback ? beginOf(step) : endOf(step);
  });
}
