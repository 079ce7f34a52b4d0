import { describe, expect, it } from 'vitest';
import { call, checkPlanningCase, from, loop, type PlanningCase } from '../../testing/planning-case.ts';

const wait = (...assets: string[]) => ({ name: 'w', type: 'wait_for_asset' as const, assets });
const many = Array.from({ length: 70 }, (_, index) => index);

const cases: Record<string, PlanningCase> = {
  'the value of an asset is the output that it is': {
    steps: [call('a', { outputs: { v: 'lake.v' } }), { ...wait('lake.v'), dependsOn: ['a'] }],
    when: (run) => run.succeed('a', { v: [1, 2] }),
    outputs: { w: { assets: { lake: { v: [1, 2] } } } },
  },
  'an output of null is null': {
    steps: [call('a', { outputs: { v: 'lake.v' } }), { ...wait('lake.v'), dependsOn: ['a'] }],
    when: (run) => run.succeed('a', { v: null }),
    outputs: { w: { assets: { lake: { v: null } } } },
  },
  'what an event carried wins over what a step recorded': {
    steps: [call('a', { outputs: { v: 'lake.v' } }), { ...wait('lake.v'), dependsOn: ['a'] }],
    when: (run) => run.announce('lake.v', 'from outside').succeed('a', { v: 1 }),
    outputs: { w: { assets: { lake: { v: 'from outside' } } } },
  },
  'an event that carried nothing gives the name': {
    steps: [wait('lake.v')],
    when: (run) => {
      run.assets.push({ name: 'lake.v', at: '2026-01-05T08:00:00Z' });
      run.settle();
    },
    outputs: { w: { assets: { lake: { v: 'lake.v' } } } },
  },
  'the last event of a name counts': {
    steps: [call('a'), { ...wait('lake.v'), dependsOn: ['a'] }],
    when: (run) => run.announce('lake.v', 1).announce('lake.v', 2).succeed('a'),
    outputs: { w: { assets: { lake: { v: 2 } } } },
  },
  'an asset whose name was made by a template gives where it is to be found': {
    steps: [call('a', { outputs: { v: 'lake.{{input.name}}' } }), { ...wait('lake.x'), dependsOn: ['a'] }],
    given: { inputs: { name: 'x' } },
    when: (run) => run.succeed('a', { v: 1 }),
    then: (run) =>
      expect(run.outputsOf('w')).toEqual({
        assets: { lake: { x: { name: 'lake.x', step: 'a', digest: expect.stringMatching(/^sha256:/) as string } } },
      }),
  },
  'assets that status holds no more are still found': {
    steps: [
      loop('l', [call('x', { outputs: { v: 'asset_{{item}}' } })], { iterateOver: many, maxParallel: 70 }),
      { ...wait('asset_0', 'asset_69', 'asset_70'), dependsOn: ['l'] },
    ],
    when: (run) => {
      for (const index of many) run.succeed(`l[${index}].x`, { v: index });
      expect(run.status.assets?.length).toBeLessThanOrEqual(64);
      expect(run.status.waitingFor?.map(({ name }) => name)).toEqual(['asset_70']);
      run.announce('asset_70', 'late');
    },
    then: (run) =>
      expect(run.outputsOf('w')).toMatchObject({
        assets: { asset_0: { step: 'l[0].x' }, asset_69: { step: 'l[69].x' }, asset_70: 'late' },
      }),
  },
  'a name beside names below it stands for these': {
    steps: [wait('a.b', 'a')],
    when: (run) => run.announce('a', 1).announce('a.b', 2),
    outputs: { w: { assets: { a: { b: 2 } } } },
  },
  'a name that has no value fails the step': {
    steps: [{ ...wait('x_{{input.nope}}'), dependsOn: [] }],
    states: { w: 'Failed InputUnresolved' },
    messages: { w: "Field 'nope' not found in input" },
  },
  'an output is recorded under a name that is no text, as JSON': {
    steps: [call('a', { outputs: { v: '{{a.n}}' } })],
    when: (run) => run.succeed('a', { v: 1, n: 7 }),
    then: (run) => expect(run.status.assets?.map(({ name }) => name)).toEqual(['7']),
  },
  'an output whose asset has no name fails the step': {
    steps: [call('a', { outputs: { v: '{{a.n}}' } })],
    when: (run) => run.succeed('a', { v: 1, n: '' }),
    states: { a: 'Failed InputUnresolved' },
    messages: { a: "the asset of its output 'v' has no name: the name must have 1 to 512 characters, not 0" },
  },
  'an output whose asset has a name without a value fails the step': {
    steps: [call('a', { outputs: { v: '{{a.nope}}' } })],
    when: (run) => run.succeed('a', { v: 1 }),
    states: { a: 'Failed InputUnresolved' },
    messages: { a: "the asset of its output 'v' has no name: Field 'nope' not found in step 'a'" },
  },
  'a transformation gives what its event carried': {
    steps: [{ name: 't', type: 'data_transform', asset: 'gold' }, call('z', { inputs: { v: from('{{t.value}}') } })],
    when: (run) => run.announce('gold', 'text'),
    outputs: { t: { value: 'text' } },
    inputs: { z: { v: 'text' } },
  },
  'a transformation whose event carried nothing gives nothing': {
    steps: [{ name: 't', type: 'data_transform', asset: 'gold' }],
    when: (run) => {
      run.assets.push({ name: 'gold', at: '2026-01-05T08:00:00Z' });
      run.settle();
    },
    states: { t: 'Succeeded Completed' },
    outputs: { t: undefined },
  },
  'an event ends no transformation of an asset whose name is no text': {
    steps: [{ name: 't', type: 'data_transform', asset: '{{input.n}}' }],
    given: { inputs: { n: 7 } },
    when: (run) => run.announce('7'),
    states: { t: 'Running AttemptRunning' },
  },
};

describe('assets', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
