import { describe, expect, test } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import { planReplay } from './plan-replay.ts';

const at = '2026-01-05T08:00:00.000Z';
const spec = { pipelineRef: { name: 'p' }, inputs: { month: 10 }, suspend: true, retryCount: 2, cancel: true };
const aWorkItem = (status: WorkItem['status']): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { name: 'w', namespace: 'team' } },
  spec,
  ...(status && { status }),
});
const failedIn = (failedStep: string) =>
  aWorkItem({ phase: 'Failed', finishedAt: at, ending: { phase: 'Failed', reason: 'StepFailed', failedStep } });
const succeeded = aWorkItem({ phase: 'Succeeded', finishedAt: at });
const names = ['get', 'each', 'sum'];

describe('a replay', () => {
  test.each([
    ['from the step that failed first', failedIn('get'), undefined, 'get'],
    ['from the loop in which a step failed', failedIn('each[3].sum'), undefined, 'each'],
    ['from the step that is named', failedIn('get'), 'sum', 'sum'],
  ])('begins %s', (_, workItem, from, fromStep) => {
    expect(planReplay(workItem, from, names)).toEqual({
      spec: { pipelineRef: { name: 'p' }, inputs: { month: 10 }, replay: { workItemName: 'w', fromStep } },
    });
  });

  test('takes the name of a step on trust where the steps are not known', () => {
    expect(planReplay(succeeded, 'gte', undefined)).toMatchObject({ spec: { replay: { fromStep: 'gte' } } });
  });

  test.each([
    ['NotEnded', aWorkItem({ phase: 'Running' }), 'get', 'see conclave status w'],
    ['StepNeeded', succeeded, undefined, 'add --from with one of: get, each, sum'],
    ['UnknownStep', succeeded, 'gett', 'did you mean get?'],
    ['UnknownStep', failedIn('gone'), undefined, 'steps: get, each, sum'],
  ])('is refused as %s', (reason, workItem, from, hint) => {
    expect(planReplay(workItem, from, names)).toMatchObject({ refusal: { exitCode: 1, code: 409, reason, hint } });
  });
});
