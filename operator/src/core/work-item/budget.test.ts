import { describe, expect, it } from 'vitest';
import { aMethod, type RunSketch } from '../../testing/planned-run.ts';
import { call, checkPlanningCase, loop, type PlanningCase } from '../../testing/planning-case.ts';

/** A run that may spend 1 cost unit, and a Method of which one call costs so much at most. */
const given = (costUnits: string | undefined, inputs = {}): RunSketch => ({
  inputs,
  methods: [aMethod('m', { type: 'image', image: { image: 'i' }, ...(costUnits === undefined ? {} : { costUnits }) })],
  facts: { budget: { costUnits: '1' } },
});
const used = (costUnits: string) => ({ result: 'Succeeded' as const, used: { costUnits } });

const cases: Record<string, PlanningCase> = {
  'what a step may cost at most is reserved in its attempt': {
    steps: [call('a')],
    given: given('0.6'),
    then: (run) => {
      expect(run.record('a')?.attempts?.[0]?.reserved).toEqual({ costUnits: '0.6' });
      expect(run.startOf('a')?.reserved).toEqual({ costUnits: '0.6' });
      expect(run.status.usage).toEqual({ costUnits: '0.6' });
    },
  },
  'two steps side by side do not spend the same': {
    steps: [call('a'), call('b')],
    given: given('0.6'),
    started: ['a'],
    states: { b: 'Waiting WaitingForBudget' },
    waits: ['budget b'],
  },
  'what was reserved beyond need comes back': {
    steps: [call('a'), call('b')],
    given: given('0.6'),
    when: (run) => run.end('a', used('0.1')),
    started: ['a', 'b'],
    waits: [],
    then: (run) => expect(run.status.usage).toEqual({ costUnits: '0.7' }),
  },
  'what was used does not, and the step fails': {
    steps: [call('a'), call('b')],
    given: given('0.6'),
    when: (run) => run.end('a', used('0.5')),
    started: ['a'],
    states: { b: 'Failed BudgetExceeded' },
    messages: { b: '1.1 cost units, where 1 are allowed' },
    run: 'Failed StepFailed',
  },
  'a step that alone costs too much fails at once, and is not tried again': {
    steps: [call('a')],
    given: given('1.1'),
    started: [],
    states: { a: 'Failed BudgetExceeded' },
    waits: [],
  },
  'a step that may just be paid begins': {
    steps: [call('a')],
    given: given('1'),
    started: ['a'],
  },
  'a step that costs nothing begins even when nothing may be spent any more': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    given: { ...given(undefined), facts: { budget: { costUnits: '0', tokens: 0, gpuSeconds: 0 } } },
    when: (run) => run.end('a', used('5')),
    started: ['a', 'b'],
  },
  'a retry is paid for as well': {
    steps: [call('a')],
    given: given('0.6'),
    when: (run) => run.fail('a', 'Crashed', { used: { costUnits: '0.6' } }).wait(2),
    started: ['a'],
    states: { a: 'Failed BudgetExceeded' },
  },
  'what finished iterations used counts': {
    steps: [loop('l', [call('x')])],
    given: given('0.4', { items: [1, 2, 3] }),
    when: (run) => run.end('l[0].x', used('0.4')).end('l[1].x', used('0.4')),
    started: ['l[0].x', 'l[1].x'],
    states: { 'l[2].x': 'Failed BudgetExceeded', l: 'Failed PartFailed' },
  },
};

describe('the budget', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
