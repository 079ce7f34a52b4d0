import { describe, expect, it } from 'vitest';
import { apiVersion } from '../../../operator/src/api/kind.ts';
import { judge } from '../../../operator/src/core/validation/judge.ts';
import { unknownWorld } from '../../../operator/src/core/validation/world.ts';
import { PlannedRun } from '../../../operator/src/testing/planned-run.ts';
import {
  approvalPipeline,
  chainPipeline,
  logicPipeline,
  logicStepsPerBlock,
  type SamplePipeline,
  waitingPipeline,
  widePipeline,
} from './sample-pipelines.ts';

const pipelines: Record<string, SamplePipeline> = {
  chain: chainPipeline(5),
  wide: widePipeline(10, 3),
  logic: logicPipeline(2),
  waiting: waitingPipeline(10),
  approval: approvalPipeline(),
};

describe('pipelines that are measured', () => {
  it.each(Object.entries(pipelines))('are valid: %s', (name, spec) => {
    const value = { apiVersion, kind: 'Pipeline', metadata: { name, namespace: 'bench' }, spec };
    expect(judge([{ documents: [{ value }] }], unknownWorld).errors).toEqual([]);
  });

  it('run one step after the other, or so many iterations at once', () => {
    expect(new PlannedRun(chainPipeline(3)).running).toEqual(['step_0']);
    expect(new PlannedRun(widePipeline(10, 3)).running).toHaveLength(3);
  });

  it('end without any attempt where the operator decides alone', () => {
    const run = new PlannedRun(logicPipeline(3));
    expect(run.status).toMatchObject({ phase: 'Succeeded' });
    expect(run.status.steps).toHaveLength(3 * logicStepsPerBlock);
    expect(run.running).toEqual([]);
  });

  it('wait without any attempt for what never comes', () => {
    const run = new PlannedRun(waitingPipeline(10));
    expect(run.status.waitingFor).toMatchObject([{ kind: 'asset', name: 'never.comes' }]);
    expect(run.running).toEqual([]);
  });
});
