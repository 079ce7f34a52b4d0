import { describe, expect, it } from 'vitest';
import { PlannedRun } from '../../testing/planned-run.ts';
import { call, choice, group, loop } from '../../testing/planning-case.ts';
import { explainPendingSteps } from './explain-pending-steps.ts';

const explain = (run: PlannedRun) => Object.fromEntries(explainPendingSteps(run.observed()));

describe('explainPendingSteps', () => {
  it('names what a step waits for', () => {
    const run = new PlannedRun({ steps: [call('a'), call('b'), call('c', { dependsOn: ['a', 'b'] })] }).succeed('a');
    expect(explain(run)).toEqual({ c: { phase: 'Pending', reason: 'WaitingForDependencies', message: 'waits for b' } });
  });

  it('names what a step is a part of, where that has not begun', () => {
    const run = new PlannedRun({ steps: [call('a'), group('g', [call('x')], { dependsOn: ['a'] })] });
    expect(explain(run)['x']).toMatchObject({ message: 'waits for g' });
  });

  it('says what could activate a child step', () => {
    const steps = [call('a', { onError: { fallbackStep: 'b' } }), call('b', { isChild: true })];
    expect(explain(new PlannedRun({ steps }))['b']).toEqual({
      ...{ phase: 'Pending', reason: 'WaitingForActivation' },
      message: 'runs when it is activated by the fallback of a',
    });
  });

  it('says when there is no room', () => {
    const run = new PlannedRun({ steps: [call('a'), call('b')], execution: { maxParallel: 1 } });
    expect(explain(run)['b']).toMatchObject({ reason: 'ParallelismReached' });
  });

  it('says when the run itself waits for its start', () => {
    const run = new PlannedRun({ steps: [call('a')], execution: { mode: 'safe' } });
    expect(explain(run)['a']).toMatchObject({ message: 'the run has not begun' });
  });

  it('says of what runs at the end that it does', () => {
    const run = new PlannedRun({ steps: [call('a')], onExit: [call('bye')] });
    expect(explain(run)).toEqual({
      bye: {
        ...{ phase: 'Pending', reason: 'WaitingForDependencies' },
        message: 'runs at the end, when the other steps have ended',
      },
    });
  });

  it('says that what stands in a skipped step is skipped', () => {
    const run = new PlannedRun({ steps: [choice('c', 'false', [[group('g', [call('x')])]]), call('z')] });
    expect(explain(run)['x']).toEqual({ phase: 'Skipped', reason: 'ParentSkipped', message: 'g was skipped' });
  });

  it('says so as well when the run has ended', () => {
    const run = new PlannedRun({ steps: [group('g', [call('x')], { when: 'false' })] });
    expect(run.status.phase).toBe('Succeeded');
    expect(explain(run)['x']).toEqual({ phase: 'Skipped', reason: 'ParentSkipped', message: 'g was skipped' });
  });

  it('says that the run ended before a step began', () => {
    const run = new PlannedRun({
      steps: [call('a', { retryPolicy: { maxAttempts: 1 } }), call('b', { dependsOn: ['a'] })],
    });
    expect(explain(run.fail('a'))).toEqual({
      b: { phase: 'Skipped', reason: 'RunEnded', message: 'the run ended before it began' },
    });
  });

  it('leaves out the steps of loops', () => {
    const run = new PlannedRun(
      { steps: [call('a'), loop('l', [call('x')], { dependsOn: ['a'] })] },
      { inputs: { items: [1] } },
    );
    expect(Object.keys(explain(run))).toEqual(['l']);
  });
});
