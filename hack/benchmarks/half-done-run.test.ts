import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../operator/src/api/pipeline.ts';
import { pipelineGraph } from '../../operator/src/core/pipeline/pipeline-graph.ts';
import { planWorkItem } from '../../operator/src/core/work-item/plan-work-item.ts';
import { busyPipeline } from './busy-pipeline.ts';
import { halfDoneRun } from './half-done-run.ts';

describe('the run that is measured', () => {
  const { first, resultArrives, nothingNew } = halfDoneRun(100);
  const { steps = [], progress } = nothingNew[0]!.workItem.status!;
  const phases = new Map(Map.groupBy(steps, ({ phase, reason }) => `${phase} ${reason ?? ''}`));

  it('has the steps that it should have', () => {
    expect(pipelineGraph(pipelineSpec.parse(busyPipeline(100))).nodes).toHaveLength(100);
    expect(pipelineGraph(pipelineSpec.parse(busyPipeline(1000))).nodes).toHaveLength(1000);
  });

  it('is half done, with attempts, loops and groups under way, and outputs by reference', () => {
    const [ended = 0, all = 0] = progress!.split('/').map(Number);
    expect(ended / all).toBeGreaterThanOrEqual(0.5);
    expect(ended / all).toBeLessThan(0.8);
    expect([...phases.keys()]).toEqual(
      expect.arrayContaining(['Succeeded Completed', 'Running AttemptRunning', 'Running PartsRunning']),
    );
    expect(steps.some(({ outputsRef }) => outputsRef !== undefined)).toBe(true);
    expect(steps.some(({ path }) => path.includes('['))).toBe(true);
  });

  it('has something to record when a result arrives, and nothing when all is recorded', () => {
    for (const world of resultArrives) expect(planWorkItem(world).status).not.toEqual(world.workItem.status);
    for (const world of nothingNew) expect(planWorkItem(world).status).toEqual(world.workItem.status);
  });

  it('begins with the first steps', () => {
    expect(planWorkItem(first).actions.map(({ kind }) => kind)).toEqual(Array(5).fill('start-attempt'));
  });
});
