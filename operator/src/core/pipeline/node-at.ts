import type { PipelineGraph, StepNode } from './step-node.ts';

/** The step that a path leads to; undefined for a part of a deliberation, whose name may be that of any step. */
export function nodeAt({ byName }: PipelineGraph, path: string): StepNode | undefined {
  const [name = '', around = ''] = path.split('.').reverse();
  const isPart = byName.get(around.replace(/\[\d+\]$/, ''))?.step.type === 'council';
  return isPart ? undefined : byName.get(name);
}
