import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { deliberate } from '../../testing/deliberating.ts';
import { aCodeStep } from '../../testing/engine-scenario.ts';
import { nodeAt } from './node-at.ts';
import { pipelineGraph } from './pipeline-graph.ts';

describe('nodeAt', () => {
  const each = { name: 'each', type: 'loop', iterateOver: [1], loopVariable: 'item', steps: [aCodeStep('build')] };
  const graph = pipelineGraph(pipelineSpec.parse({ steps: [deliberate, aCodeStep('ann'), each] }));

  it.each([
    ['ann', 'ann'],
    ['each[3].build', 'build'],
    // A member of the Council has the name of a step.
    ['choose[0].ann', undefined],
    ['nobody', undefined],
  ])('finds the step of %s', (path, name) => {
    expect(nodeAt(graph, path)?.name).toBe(name);
  });
});
