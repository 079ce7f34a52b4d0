import type { StepNode } from './step-node.ts';

/** Names that stand for something at every place of a Pipeline; `run` only in exit steps. */
export const reservedNames = ['input', 'run'] as const;

/** The loops around a step, the innermost first. */
export function loopsAround(node: StepNode): readonly StepNode[] {
  const loops: StepNode[] = [];
  for (let loop = node.loop; loop !== undefined; loop = loop.loop) loops.push(loop);
  return loops;
}

/** The variables that a step can name: `input`, and for each loop around it the item and its position. */
export function variablesAt(node: StepNode): ReadonlySet<string> {
  const variables = new Set<string>(reservedNames);
  for (const { step } of loopsAround(node)) {
    if (step.type !== 'loop') continue;
    variables.add(step.loopVariable);
    variables.add(`${step.loopVariable}_index`);
  }
  return variables;
}

/** Whether a step can name another: one of its own iteration, or one outside the loops around it. */
export function isVisibleFrom(target: StepNode, from: StepNode): boolean {
  return target.loop === undefined || target.loop === from.loop || loopsAround(from).includes(target.loop);
}

/** Whether a step is a container or one of its parts, at any depth. */
export function isInside(node: StepNode, container: StepNode): boolean {
  for (let each: StepNode | undefined = node; each !== undefined; each = each.parent) {
    if (each === container) return true;
  }
  return false;
}

/** Whether a step is an exit step, or a part of one. */
export function isExitStep(node: StepNode): boolean {
  let top = node;
  while (top.parent !== undefined) top = top.parent;
  return top.placement === 'exit';
}
