import { describe, expect, it } from 'vitest';
import { PlannedRun } from '../../testing/planned-run.ts';
import { call, checkPlanningCase, from, loop, type PlanningCase } from '../../testing/planning-case.ts';
import { planWorkItem } from './plan-work-item.ts';

const cases: Record<string, PlanningCase> = {
  'is not asked by a key that has no value: the step fails': {
    steps: [call('a', { cache: { key: '{{input.nope}}' } })],
    states: { a: 'Failed InputUnresolved' },
    messages: { a: "Field 'nope' not found in input" },
    started: [],
  },
  'is not filled by what has failed': {
    steps: [call('a', { cache: {}, outputs: { v: 'v', w: 'w' } })],
    when: (run) => run.succeed('a', { v: 1 }),
    states: { a: 'Failed OutputMissing' },
    then: (run) => expect(run.actions.map(({ kind }) => kind)).not.toContain('fill-cache'),
  },
  'is filled for fifteen minutes when nothing says otherwise': {
    steps: [call('a', { cache: {} })],
    when: (run) => run.succeed('a', { v: 1 }),
    then: (run) => expect(run.actions.find(({ kind }) => kind === 'fill-cache')).toMatchObject({ ttlSeconds: 900 }),
  },
  'serves the next item of a loop that is as the one before it, whose result no write has kept yet': {
    steps: [loop('all', [call('a', { inputs: { item: from('{{item}}') }, cache: {} })])],
    given: { inputs: { items: [7, 7] } },
    when: (run) => run.succeed('all[0].a', { v: 1 }),
    started: ['all[0].a'],
    outputs: { all: { count: 2, results: [{ a: { v: 1 } }, { a: { v: 1 } }] } },
  },
};

describe('the cache of a step', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });

  it('is that of its pipeline: by its name, or by what it is where it was given inline', () => {
    const run = new PlannedRun({ steps: [call('a', { cache: {} })] });
    const { workItem, pinned, ...observed } = run.observed();
    const { name, ...inline } = pinned;
    const keyIn = (given: object) => {
      const world = {
        ...observed,
        children: [],
        workItem: { ...workItem, status: {} },
        pinned: { ...inline, ...given },
      };
      const [question] = planWorkItem({ ...world, facts: { ...observed.facts, cache: new Map() } }).actions;
      return question?.kind === 'look-up-cache' ? question.key : undefined;
    };
    const changed = { digest: `sha256:${'1'.repeat(64)}` };
    expect(keyIn({ name })).toMatch(/^sha256:/);
    expect(keyIn({ name, ...changed })).toBe(keyIn({ name }));
    expect(keyIn({})).not.toBe(keyIn({ name }));
    expect(keyIn(changed)).not.toBe(keyIn({}));
  });
});
