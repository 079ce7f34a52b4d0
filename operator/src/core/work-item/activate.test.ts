import { describe, it } from 'vitest';
import { call, checkPlanningCase, loop, type PlanningCase } from '../../testing/planning-case.ts';

const route = (expression: string, more: object) => ({ onSuccess: { routes: [{ match: { expression }, ...more }] } });
const child = (name: string, more: object = {}) => call(name, { isChild: true, ...more });

const cases: Record<string, PlanningCase> = {
  'a check that names no step changes nothing': {
    steps: [call('a', { check: [{ boolean: 'true', run: 'nowhere' }] })],
    when: (run) => run.succeed('a'),
    states: { a: 'Succeeded Completed' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a check that cannot be evaluated fails its step': {
    steps: [call('a', { check: [{ boolean: 'n > 1', run: 'c' }] }), child('c')],
    when: (run) => run.succeed('a', { m: 2 }),
    states: { a: 'Failed ExpressionFailed' },
    messages: { a: 'its check could not be evaluated' },
  },
  'a route that cannot be evaluated fails its step': {
    steps: [call('a', route('{{a.n}} > 1', { run: 'c' })), child('c')],
    when: (run) => run.succeed('a', { m: 2 }),
    states: { a: 'Failed ExpressionFailed' },
    messages: { a: 'its route could not be evaluated' },
  },
  'a route that is no expression fails its step': {
    steps: [call('a', route('1 +', { run: 'c' })), child('c')],
    when: (run) => run.succeed('a'),
    states: { a: 'Failed ExpressionFailed' },
  },
  'a step that was activated after it had been skipped stays skipped': {
    steps: [child('c'), call('a', { check: [{ boolean: 'true', run: 'never' }] }), child('never', { when: 'false' })],
    when: (run) => run.succeed('a'),
    states: { c: 'Skipped NotActivated', never: 'Skipped ConditionFalse' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a step outside of a loop that only the loop could activate leaves the run stuck, which it says': {
    steps: [loop('l', [call('x', { check: [{ boolean: 'false', run: 'late' }] })]), child('late')],
    given: { inputs: { items: [1] } },
    when: (run) => run.succeed('l[0].x'),
    run: 'Failed Stuck',
    says: 'nothing can begin any more: late',
  },
  'a fallback that cannot begin any more is a failure of what it stands in for': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'f' } }),
      call('slow'),
      child('f', { dependsOn: ['slow'] }),
      call('c', { retryPolicy: { maxAttempts: 1 } }),
    ],
    when: (run) => run.fail('a').fail('c').succeed('slow'),
    started: ['a', 'slow', 'c'],
    states: { a: 'Failed FallbackFailed', f: 'Pending Activated' },
    run: 'Failed StepFailed',
  },
  'a suspended run looks for no assets': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['x'] }],
    when: (run) => run.change({ suspend: true }).announce('x'),
    states: { w: 'Waiting WaitingForAsset' },
    run: 'Suspended Suspended',
  },
};

describe('what a step leads to', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
