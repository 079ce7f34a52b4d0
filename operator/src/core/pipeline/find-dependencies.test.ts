import { describe, expect, it } from 'vitest';
import { aGraph, nodeOf } from '../../testing/a-graph.ts';
import { approval, call, choice, from, group, loop } from '../../testing/planning-case.ts';

/** What a step waits for, in a pipeline: `a succeeded by template`. */
interface Case {
  readonly steps: readonly object[];
  readonly step: string;
  readonly waitsFor: readonly string[];
}

const cases: Record<string, Case> = {
  'what it names in dependsOn': {
    steps: [call('a'), call('b'), call('z', { dependsOn: ['b', 'a'] })],
    step: 'z',
    waitsFor: ['b succeeded by dependsOn', 'a succeeded by dependsOn'],
  },
  'what it names twice, once': {
    steps: [call('a'), call('z', { dependsOn: ['a', 'a'] })],
    step: 'z',
    waitsFor: ['a succeeded by dependsOn'],
  },
  'what its inputs refer to, each once': {
    steps: [call('a'), call('z', { inputs: { x: from('{{a.v}} and {{a.w}}'), y: from([{ deep: '{{a.u}}' }]) } })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'an entry of `or` only until it has ended': {
    steps: [call('a'), call('b'), call('z', { inputs: { x: { or: ['{{a.v}}', '{{b.v}}', 7] } } })],
    step: 'z',
    waitsFor: ['a ended by or', 'b ended by or'],
  },
  'what stands in `or` and elsewhere too must have succeeded': {
    steps: [call('a'), call('z', { inputs: { x: { or: ['{{a.v}}'] }, y: from('{{a.w}}') } })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what stands in `or` and in dependsOn too must have succeeded, and is read': {
    steps: [call('a'), call('z', { dependsOn: ['a'], inputs: { x: { or: ['{{a.v}}'] } } })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what it names and refers to is read': {
    steps: [call('a'), call('z', { dependsOn: ['a'], inputs: { x: from('{{a.v}}') } })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'nothing because of `value`, which is no template': {
    steps: [call('a'), call('z', { inputs: { x: { value: '{{a.v}}' } } })],
    step: 'z',
    waitsFor: [],
  },
  'what its condition refers to': {
    steps: [call('a'), call('z', { when: '{{a.v}} > 1 && {{input.n}} > 2' })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what the condition of a conditional refers to': {
    steps: [call('a'), choice('z', '{{a.v}}', [[call('yes')], [call('no')]])],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what a loop goes over': {
    steps: [call('a'), loop('z', [call('each')], { iterateOver: '{{a.list}}' })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'a method that is chosen by data': {
    steps: [call('a'), call('z', { method: 'crawl_{{a.kind}}' })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what its cache key, its checks and its routes refer to': {
    steps: [
      ...[call('a'), call('b'), call('c')],
      call('z', {
        cache: { key: '{{a.v}}' },
        check: [{ boolean: '{{b.v}} > 1', run: 'a' }],
        onSuccess: { routes: [{ match: { expression: '{{c.v}} > 1' }, run: 'b' }] },
      }),
    ],
    step: 'z',
    waitsFor: ['a succeeded by template', 'b succeeded by template', 'c succeeded by template'],
  },
  'the names of its assets': {
    steps: [call('a'), call('z', { outputs: { v: 'asset_{{a.kind}}' } })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'not itself, where its routes, checks and asset names speak of its own result': {
    steps: [
      call('z', {
        outputs: { v: 'asset_{{z.kind}}' },
        check: [{ boolean: '{{z.v}} > 1', run: 'b' }],
        onSuccess: { routes: [{ match: { expression: '{{z.v}} > 1' }, run: 'b' }] },
      }),
      call('b', { isChild: true }),
    ],
    step: 'z',
    waitsFor: [],
  },
  'not its own parts, where its routes speak of them': {
    steps: [
      group('z', [call('a'), group('deep', [call('b')])], {
        onSuccess: { routes: [{ match: { expression: '{{a.v}} > {{b.v}}' }, steps: [call('more')] }] },
      }),
    ],
    step: 'z',
    waitsFor: [],
  },
  'a step of a route for what its inputs name of the group before it': {
    steps: [
      group('g', [call('a')], {
        onSuccess: {
          routes: [{ match: { expression: 'true' }, steps: [call('z', { inputs: { x: from('{{a.v}}') } })] }],
        },
      }),
    ],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'siblings of its own iteration, and steps outside of the loop': {
    steps: [call('out'), loop('l', [call('a'), call('z', { dependsOn: ['out'], inputs: { x: from('{{a.v}}') } })])],
    step: 'z',
    waitsFor: ['out succeeded by dependsOn', 'a succeeded by template'],
  },
  'siblings of an iteration further out': {
    steps: [loop('l', [call('a'), loop('m', [call('z', { inputs: { x: from('{{a.v}}') } })])])],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'nothing inside of a loop that it stands outside of': {
    steps: [loop('l', [call('a')]), call('z', { dependsOn: ['a'], inputs: { x: from('{{a.v}}') } })],
    step: 'z',
    waitsFor: [],
  },
  'a loop whose results it reads': {
    steps: [loop('l', [call('a')]), call('z', { inputs: { x: from('{{l.results[*].a.v}}') } })],
    step: 'z',
    waitsFor: ['l succeeded by template'],
  },
  'nothing because of variables, also where a step is called the same': {
    steps: [
      ...[call('item'), call('item_index'), call('input'), call('run')],
      loop('l', [call('z', { inputs: { x: from('{{item.v}}{{item_index}}{{input.v}}{{run.phase}}') } })]),
    ],
    step: 'z',
    waitsFor: [],
  },
  'a step that is called as a variable of a loop elsewhere': {
    steps: [call('item'), loop('l', [call('each')]), call('z', { inputs: { x: from('{{item.v}}') } })],
    step: 'z',
    waitsFor: ['item succeeded by template'],
  },
  'nothing because of names that are no steps': {
    steps: [call('z', { inputs: { x: from('{{nobody.v}}'), y: from('{{constructor.name}}') } })],
    step: 'z',
    waitsFor: [],
  },
  'nothing because of texts that cannot be read': {
    steps: [call('a'), call('z', { when: '{{a.v}} >', inputs: { x: from('{{a.') } })],
    step: 'z',
    waitsFor: [],
  },
  'what people are shown only until it has ended': {
    steps: [call('a'), call('b'), approval('z', { show: ['a.v', 'b[0].w'], message: 'ok?' })],
    step: 'z',
    waitsFor: ['a ended by or', 'b ended by or'],
  },
  'what people are asked by must have succeeded': {
    steps: [call('a'), approval('z', { show: ['a.v'], message: 'is {{a.v}} right?' })],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what an outside expression refers to': {
    steps: [
      call('a'),
      { name: 'z', type: 'wait_for_asset', http: { url: 'https://h', expression: 'status == {{a.v}}' } },
    ],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
  'what the expressions of a validation refer to': {
    steps: [call('a'), { name: 'z', type: 'validation', checks: { expressions: ['n > {{a.v}}'] } }],
    step: 'z',
    waitsFor: ['a succeeded by template'],
  },
};

describe('a step waits for', () => {
  it.each(Object.entries(cases))('%s', (_, { steps, step, waitsFor }) => {
    const { dependencies } = nodeOf(aGraph(steps), step);
    expect(dependencies.map(({ on, until, by }) => `${on.name} ${until} by ${by}`)).toEqual(waitsFor);
  });
});
