import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { compareExactness, mockPattern } from './mock-pattern.ts';

const call = (name: string) => ({ name, type: 'function' as const, method: 'm' });
const loop = (name: string, steps: object[]) => ({
  ...{ name, type: 'loop' as const, iterateOver: [1], loopVariable: `${name}_item` },
  steps,
});
const spec = pipelineSpec.parse({
  steps: [call('collect'), loop('outer', [call('look'), loop('inner', [call('leaf')])])],
});
const { nodes } = pipelineGraph(spec);
const namesFitting = (text: string) => nodes.filter(mockPattern(text).fits).map(({ name }) => name);

describe('mockPattern', () => {
  test.each(
    Object.entries({
      'a name speaks of the step': ['collect', 'collect', true],
      'a name speaks of every iteration': ['leaf', 'outer[3].inner[0].leaf', true],
      'a name is not a part of a name': ['leaf', 'outer[3].inner[0].leaflet', false],
      'a name with * speaks of every name like it': ['col*t', 'collect', true],
      '* stands for no characters as well': ['collect*', 'collect', true],
      'pieces around * do not overlap': ['aba*aba', 'ababa', false],
      'several * take what lies between': ['*o*l*', 'xoyylz', true],
      'pieces come in their order': ['*l*o*', 'xoyylz', false],
      'a path speaks of one iteration': ['outer[3].look', 'outer[3].look', true],
      'a path does not speak of another one': ['outer[3].look', 'outer[30].look', false],
      'a path with * speaks of all of them': ['outer[*].look', 'outer[30].look', true],
      '* goes over no dot': ['outer[*].leaf', 'outer[3].inner[0].leaf', false],
      'a path is a whole path': ['inner[0].leaf', 'outer[3].inner[0].leaf', false],
    } satisfies Record<string, [string, string, boolean]>),
  )('%s', (_, [pattern, path, matches]) => {
    expect(mockPattern(pattern).matches(path)).toBe(matches);
  });

  test.each([
    ['collect', ['collect']],
    ['l*', ['look', 'leaf']],
    ['outer[0].look', ['look']],
    ['outer[*].inner[12].leaf', ['leaf']],
    ['*[*].*', ['look', 'inner']],
    ['outer.look', []],
    ['inner[0].leaf', []],
    ['outer[x].look', []],
    ['outer[0].look[1]', []],
    ['nothing', []],
    ['__proto__', []],
  ])('%j fits %j', (pattern, names) => {
    expect(namesFitting(pattern)).toEqual(names);
  });

  test('a path goes over a name, what has no * over what has, and the longer text over the shorter', () => {
    const texts = ['*', 'lo*', 'loo*', '*[*].*', 'outer[*].look', 'look', 'outer[0].look'];
    const shuffled = [...texts].reverse().map(mockPattern);
    expect(shuffled.sort(compareExactness).map(({ text }) => text)).toEqual(texts);
  });

  test('takes no time for a pattern that a regular expression would explode on', () => {
    const pattern = mockPattern(`${'*a'.repeat(20_000)}b`);
    expect(pattern.matches('a'.repeat(40_000))).toBe(false);
  });
});
