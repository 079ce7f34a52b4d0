import { pipelineSpec } from '../api/pipeline.ts';
import { pipelineGraph } from '../core/pipeline/pipeline-graph.ts';
import type { PipelineGraph, StepNode } from '../core/pipeline/step-node.ts';
import type { PipelineSketch } from './planned-run.ts';

/** The graph of steps as a test writes them, and of the rest of their pipeline. */
export function aGraph(steps: PipelineSketch['steps'], rest: Omit<PipelineSketch, 'steps'> = {}): PipelineGraph {
  return pipelineGraph(pipelineSpec.parse({ ...rest, steps }));
}

/** A step of a graph that a test knows to be there. @throws Error when it is not */
export function nodeOf(graph: PipelineGraph, name: string): StepNode {
  const node = graph.byName.get(name);
  if (node === undefined) throw new Error(`there is no step ${name}`);
  return node;
}
