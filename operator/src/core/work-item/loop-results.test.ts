import { describe, expect, it } from 'vitest';
import { PlannedRun } from '../../testing/planned-run.ts';
import { call, checkPlanningCase, choice, from, group, loop, type PlanningCase } from '../../testing/planning-case.ts';

const items = (...values: unknown[]) => ({ inputs: { items: values as string[] } });
const route = (...steps: object[]) => ({ onSuccess: { routes: [{ match: { expression: 'true' }, steps }] } });

const cases: Record<string, PlanningCase> = {
  'stand in the order of the list, also where status could not hold them until the end': {
    steps: [loop('l', [call('x')], { maxParallel: 50, iterateOver: [...Array(50).keys()] })],
    pipeline: { execution: { maxParallel: 50 } },
    when: (run) => {
      for (let index = 49; index >= 0; index -= 1) run.succeed(`l[${index}].x`, { v: index });
    },
    then: (run) => {
      const { results } = run.outputsOf('l') as { results: { x: { v: number } }[] };
      expect(results.map(({ x }) => x.v)).toEqual([...Array(50).keys()]);
    },
  },
  'have the outputs of all steps of an iteration by their names, wherever they stand': {
    steps: [
      loop('l', [
        call('a', route(call('routed'))),
        group('g', [call('b')]),
        choice('c', 'true', [[call('yes')], [call('no')]]),
        loop('m', [call('deep')], { iterateOver: [1], loopVariable: 'part' }),
      ]),
    ],
    given: items('one'),
    when: (run) => {
      for (const name of ['a', 'b', 'yes', 'routed', 'm[0].deep']) run.succeed(`l[0].${name}`, { of: name });
    },
    outputs: {
      l: {
        count: 1,
        results: [
          {
            ...{ a: { of: 'a' }, b: { of: 'b' }, g: {}, yes: { of: 'yes' }, c: { branch: 'ifTrue' } },
            ...{ routed: { of: 'routed' }, m: { count: 1, results: [{ deep: { of: 'm[0].deep' } }] } },
          },
        ],
      },
    },
  },
  'have nothing of what was skipped or failed in an iteration': {
    steps: [
      loop('l', [
        call('a', { onError: { continueOnFailure: true }, retryPolicy: { maxAttempts: 1 } }),
        call('b', { dependsOn: ['a'] }),
        call('c'),
      ]),
    ],
    given: items('one'),
    when: (run) => run.fail('l[0].a').succeed('l[0].c', { v: 1 }),
    outputs: { l: { count: 1, results: [{ c: { v: 1 } }] } },
  },
  'are none of a loop whose list has no value': {
    steps: [loop('l', [call('x')], { iterateOver: '{{input.nope}}' })],
    states: { l: 'Failed InputUnresolved' },
    messages: { l: "Field 'nope' not found in input" },
  },
  'are none of a loop over null': {
    steps: [loop('l', [call('x')])],
    given: { inputs: { items: null } },
    messages: { l: 'iterateOver must give a list, not null' },
  },
  'say which part of which iteration failed, and why': {
    steps: [loop('l', [group('g', [call('x', { retryPolicy: { maxAttempts: 1 } })])])],
    given: items('one'),
    when: (run) => run.fail('l[0].x'),
    messages: { l: 'iterations 0 of 1 failed: l[0].x: attempt 1 of 1 failed: Crashed: it broke' },
  },
  'are none when the run ends before all iterations have begun': {
    steps: [loop('l', [call('x')]), call('b', { retryPolicy: { maxAttempts: 1 } })],
    given: items('one', 'two'),
    when: (run) => run.fail('b').succeed('l[0].x'),
    states: { l: 'Cancelled RunEnded' },
    run: 'Failed StepFailed',
  },
  'of an iteration that was waiting for a retry are none when the run ends': {
    steps: [loop('l', [call('x')], { maxParallel: 2 }), call('b', { retryPolicy: { maxAttempts: 1 } })],
    given: items('one', 'two'),
    when: (run) => run.fail('l[0].x').fail('b').succeed('l[1].x'),
    states: { l: 'Failed PartFailed' },
    messages: { l: 'it is not tried again' },
  },
  'are there when the list of the loop has to be read again for each of them': {
    steps: [call('a'), loop('l', [call('x', { inputs: { v: from('{{item}}') } })], { iterateOver: '{{a.list}}' })],
    when: (run) =>
      run
        .succeed('a', { list: ['x'.repeat(2000), 'y'] })
        .succeed('l[0].x', { v: 1 })
        .succeed('l[1].x', { v: 2 }),
    inputs: { 'l[1].x': { v: 'y' } },
    outputs: { l: { count: 2, results: [{ x: { v: 1 } }, { x: { v: 2 } }] } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'can be read by name in the templates that follow': {
    steps: [loop('l', [call('x')]), call('z', { inputs: { v: from('{{l.results[1].x.v}}') } })],
    given: items('one', 'two'),
    when: (run) => run.succeed('l[0].x', { v: 1 }).succeed('l[1].x', { v: 2 }),
    inputs: { z: { v: 2 } },
  },
};

describe('the results of a loop', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });

  it('make the run fail, and say so, when the store gives something else under their digest', () => {
    const steps = [loop('l', [call('x')], { iterateOver: [...Array(40).keys()], maxParallel: 40 })];
    const run = new PlannedRun({ steps });
    for (let index = 0; index < 39; index += 1) run.succeed(`l[${index}].x`);
    const { resultsRef = '' } = run.record('l')?.iterations ?? {};
    run.artifacts.set(resultsRef, 'something else');
    run.succeed('l[39].x');
    expect(run.state).toBe('Failed ImpossibleState');
    expect(run.status.message).toContain('an artifact that should be a page of a list is none');
  });
});
