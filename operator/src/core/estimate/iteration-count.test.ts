import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { pipelineSpec } from '../../api/pipeline.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { countIterations, type IterationCount } from './iteration-count.ts';

const methods = [
  aMethod('find', {
    type: 'http',
    http: { url: 'http://h' },
    outputs: {
      properties: { links: { type: 'array', minItems: 2, maxItems: 6 }, open: { type: 'array', minItems: 20 } },
    },
  }),
];

function count(
  loop: object,
  { inputs, parameters }: { inputs?: JsonObject; parameters?: object[] } = {},
): IterationCount {
  const spec = pipelineSpec.parse({
    ...(parameters && { parameters }),
    steps: [
      { name: 'find', type: 'function', method: 'find' },
      {
        name: 'each',
        type: 'loop',
        loopVariable: 'v',
        steps: [{ name: 'inner', type: 'function', method: 'm' }],
        ...loop,
      },
    ],
  });
  const world = { spec, methods, roles: [], models: [], councils: [] };
  const each = spec.steps[1];
  if (each?.type !== 'loop') throw new Error('there is no loop');
  return countIterations(each, { world, graph: pipelineGraph(spec), inputs });
}

const guess: IterationCount = { least: 0, most: 10, isGuess: true };
const exactly = (times: number): IterationCount => ({ least: times, most: times, isGuess: false });

const cases: Record<string, { loop: object; given?: Parameters<typeof count>[1]; expected: IterationCount }> = {
  'a list that is written down': { loop: { iterateOver: [1, 2, 3] }, expected: exactly(3) },
  'a list of templates': { loop: { iterateOver: ['{{find.a}}', '{{find.b}}'] }, expected: exactly(2) },
  'no items at all': { loop: { iterateOver: [] }, expected: exactly(0) },
  'items in batches': { loop: { iterateOver: [1, 2, 3, 4, 5], batchSize: 2 }, expected: exactly(3) },
  'an input that is given': {
    loop: { iterateOver: '{{input.list}}' },
    given: { inputs: { list: [1, 2, 3, 4] } },
    expected: exactly(4),
  },
  'a part of an input that is given': {
    loop: { iterateOver: '{{input.users[*].name}}' },
    given: { inputs: { users: [{ name: 'a' }, { name: 'b' }] } },
    expected: exactly(2),
  },
  'the default of a parameter': {
    loop: { iterateOver: '{{input.list}}' },
    given: { parameters: [{ name: 'list', default: [1, 2] }] },
    expected: exactly(2),
  },
  'an input instead of the default': {
    loop: { iterateOver: '{{input.list}}' },
    given: { parameters: [{ name: 'list', default: [1, 2] }], inputs: { list: [] } },
    expected: exactly(0),
  },
  'what the schema of a parameter allows': {
    loop: { iterateOver: '{{input.list}}' },
    given: { parameters: [{ name: 'list', schema: { type: 'array', maxItems: 50 } }] },
    expected: { least: 0, most: 50, isGuess: false },
  },
  'what the schema of a Method allows': {
    loop: { iterateOver: '{{find.links}}' },
    expected: { least: 2, most: 6, isGuess: false },
  },
  'what the schema of a Method asks for at least': {
    loop: { iterateOver: '{{find.open}}' },
    expected: { least: 20, most: 20, isGuess: true },
  },
  'a step that no schema tells of': { loop: { iterateOver: '{{find.others}}' }, expected: guess },
  'a step that is not there': { loop: { iterateOver: '{{nobody.list}}' }, expected: guess },
  'an input that is not known': { loop: { iterateOver: '{{input.list}}' }, expected: guess },
  'an input that is no list': {
    loop: { iterateOver: '{{input.list}}' },
    given: { inputs: { list: 'abc' } },
    expected: guess,
  },
  'a text that is no reference': { loop: { iterateOver: 'abc' }, expected: guess },
  'all inputs at once': { loop: { iterateOver: '{{input}}' }, expected: guess },
  'guessed items in batches': {
    loop: { iterateOver: '{{nobody.list}}', batchSize: 4 },
    expected: { least: 0, most: 3, isGuess: true },
  },
  'more than a run can have': {
    loop: { iterateOver: '{{input.list}}' },
    given: { parameters: [{ name: 'list', schema: { maxItems: 1e12 } }] },
    expected: { least: 0, most: 1_000_000, isGuess: false },
  },
};

describe('how often a loop goes round is told by', () => {
  test.each(Object.entries(cases))('%s', (_, { loop, given, expected }) => {
    expect(count(loop, given)).toEqual(expected);
  });
});
