import { describe, it, expect } from 'vitest';
import { call, checkPlanningCase, type PlanningCase } from '../../testing/planning-case.ts';
import { monday, type PlannedRun } from '../../testing/planned-run.ts';
import { withoutFutureTimes } from './without-future-times.ts';

const hour = 3600;
/** Another operator goes on whose clock is an hour behind that of the first. */
const handOverBack = (run: PlannedRun) => run.wait(-hour);
const at = (seconds: number) => new Date(monday + seconds * 1000).toISOString();

const cases: Record<string, PlanningCase> = {
  'is given its time from now on, and no more': {
    steps: [call('a', { timeoutSeconds: 60, retryPolicy: { maxAttempts: 1 } })],
    when: (run) => handOverBack(run).wait(61),
    states: { a: 'Failed TimedOut' },
  },
  'goes on': {
    steps: [call('a', { timeoutSeconds: 60 })],
    when: (run) => handOverBack(run).wait(59).succeed('a'),
    run: 'Succeeded AllStepsSucceeded',
    started: ['a'],
  },
  'goes on also when it is not the first of its step': {
    steps: [call('a', { timeoutSeconds: 60, retryPolicy: { maxAttempts: 2 } })],
    when: (run) => handOverBack(run.fail('a').wait(2)).wait(61),
    states: { a: 'Failed TimedOut' },
    started: ['a', 'a'],
  },
  'is tried again after the time that its policy says, from now on': {
    steps: [call('a')],
    when: (run) => {
      handOverBack(run.fail('a'));
      expect(run.record('a')?.retryAt).toBe(at(2 - hour));
      run.wait(2).succeed('a');
    },
    run: 'Succeeded AllStepsSucceeded',
    started: ['a', 'a'],
  },
  'is not tried again earlier because of it': {
    steps: [call('a')],
    when: (run) => handOverBack(run.fail('a')).wait(1),
    states: { a: 'Waiting WaitingToRetry' },
  },
  'gives its whole run its time from now on': {
    steps: [call('a')],
    pipeline: { execution: { timeoutSeconds: 60 } },
    when: (run) => {
      handOverBack(run);
      expect(run.status.startedAt).toBe(at(-hour));
      run.wait(61);
    },
    run: 'Failed TimedOut',
  },
};

describe('what began later than now, by the clock of another operator,', () => {
  it.each(Object.entries(cases))('%s', (_, planned) => {
    checkPlanningCase(planned);
  });

  it('is all that changes: else the WorkItem is the very same', () => {
    const metadata = { name: 'w', namespace: 'ns' };
    const status = { startedAt: at(0), steps: [{ path: 'a', phase: 'Running', startedAt: at(0) }] } as const;
    const workItem = { apiVersion: 'v', kind: 'WorkItem', metadata, spec: {}, status } as never;
    expect(withoutFutureTimes(workItem, new Date(at(0)))).toBe(workItem);
  });
});
