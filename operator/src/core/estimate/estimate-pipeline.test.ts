import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { aModel } from '../../testing/a-world.ts';
import { aMethod, type PipelineSketch } from '../../testing/planned-run.ts';
import { readExample } from '../../testing/read-example.ts';
import { type EstimatedPipeline, estimatePipeline } from './estimate-pipeline.ts';

const call = (name: string, costUnits: string, timeoutSeconds: number) =>
  aMethod(name, { type: 'http', http: { url: 'http://h' }, costUnits, timeoutSeconds });
const methods = [call('one', '1', 10), call('ten', '10', 100)];

/** Steps that call a Method once; in a chain each waits for the one before. */
const one = (name: string, more: object = {}) => ({
  name,
  type: 'function',
  method: 'one',
  retryPolicy: { maxAttempts: 1 },
  ...more,
});
const ten = (name: string, more: object = {}) => one(name, { method: 'ten', ...more });
const after = (...names: string[]) => ({ dependsOn: names });
const loop = (name: string, steps: object[], more: object = {}) => ({
  ...{ name, type: 'loop', iterateOver: [1, 2, 3, 4, 5], loopVariable: 'v', steps, ...more },
});
const group = (name: string, steps: object[], more: object = {}) => ({ name, type: 'parallel_group', steps, ...more });
const either = (name: string, ifTrue: object[], ifFalse?: object[]) => ({
  ...{ name, type: 'conditional', condition: { expression: '{{input.x}}' } },
  branches: { ifTrue: { steps: ifTrue }, ...(ifFalse && { ifFalse: { steps: ifFalse } }) },
});
const approval = (name: string, more: object = {}) => ({
  name,
  type: 'approval',
  approvals: [{ role: 'po', count: 1 }],
  ...more,
});

function estimate(sketch: PipelineSketch, world: Partial<EstimatedPipeline> = {}) {
  const spec = pipelineSpec.parse(sketch);
  return estimatePipeline({ spec, methods, roles: [], models: [], councils: [], ...world });
}

const cases: Record<string, { steps: object[]; rest?: object; low: string; high: string; seconds: number }> = {
  'one call': { steps: [one('a')], low: '1', high: '1', seconds: 10 },
  'all attempts, and the delays between them': {
    steps: [one('a', { retryPolicy: { maxAttempts: 4, initialBackoffSeconds: 2 } })],
    low: '1',
    high: '4',
    seconds: 4 * 10 + 2 + 4 + 8,
  },
  'the retry policy of the pipeline': {
    steps: [{ name: 'a', type: 'function', method: 'one' }],
    rest: { defaults: { retryPolicy: { maxAttempts: 2, backoff: 'fixed', initialBackoffSeconds: 5 } } },
    low: '1',
    high: '2',
    seconds: 25,
  },
  'the built-in retry policy': {
    steps: [{ name: 'a', type: 'function', method: 'one' }],
    low: '1',
    high: '3',
    seconds: 36,
  },
  'calls side by side': { steps: [one('a'), ten('b'), one('c')], low: '12', high: '12', seconds: 100 },
  'calls one after the other': {
    steps: [one('a'), ten('b', after('a')), one('c', after('b'))],
    low: '12',
    high: '12',
    seconds: 120,
  },
  'calls that templates put one after the other': {
    steps: [one('a'), ten('b', { inputs: { x: { from: '{{a.y}}' } } })],
    low: '11',
    high: '11',
    seconds: 110,
  },
  'the longer of two ways': {
    steps: [one('a'), ten('b', after('a')), one('c', after('a')), one('d', after('b', 'c'))],
    low: '13',
    high: '13',
    seconds: 120,
  },
  'no room for calls side by side': {
    steps: [ten('a'), ten('b'), ten('c')],
    rest: { execution: { maxParallel: 1 } },
    low: '30',
    high: '30',
    // The longest chain, and all work one after the other: Graham's bound, not the 300 s that it takes.
    seconds: 400,
  },
  'a loop, one iteration after the other': { steps: [loop('l', [one('a')])], low: '5', high: '5', seconds: 50 },
  'a loop, some iterations side by side': {
    steps: [loop('l', [one('a')], { maxParallel: 2 })],
    low: '5',
    high: '5',
    seconds: 30,
  },
  'a loop with a chain inside': {
    steps: [loop('l', [one('a'), ten('b', after('a'))], { maxParallel: 9 })],
    low: '55',
    high: '55',
    seconds: 110,
  },
  'a loop over nothing': { steps: [loop('l', [ten('a')], { iterateOver: [] })], low: '0', high: '0', seconds: 0 },
  'a loop in a loop': { steps: [loop('l', [loop('k', [one('a')])])], low: '25', high: '25', seconds: 250 },
  'a loop whose length nobody knows': {
    steps: [loop('l', [one('a')], { iterateOver: '{{input.x}}' })],
    low: '0',
    high: '10',
    seconds: 100,
  },
  'a step in a loop that waits for a step outside of it': {
    steps: [ten('a'), loop('l', [one('b', { inputs: { x: { from: '{{a.y}}' } } })])],
    low: '15',
    high: '15',
    seconds: 150,
  },
  'a step that waits for a loop': {
    steps: [loop('l', [one('a')]), ten('b', after('l'))],
    low: '15',
    high: '15',
    seconds: 150,
  },
  'a group': { steps: [group('g', [one('a'), ten('b')]), one('c', after('g'))], low: '12', high: '12', seconds: 110 },
  'a group that waits': { steps: [ten('a'), group('g', [one('b')], after('a'))], low: '11', high: '11', seconds: 110 },
  'a group with a limit': {
    steps: [group('g', [ten('a'), ten('b'), ten('c'), ten('d')], { parallelConfig: { maxParallel: 2 } })],
    low: '40',
    high: '40',
    seconds: 300,
  },
  'a step that waits for one part of a group': {
    steps: [group('g', [one('a'), ten('b')]), one('c', { inputs: { x: { from: '{{a.y}}' } } })],
    low: '12',
    high: '12',
    seconds: 100,
  },
  'a part of a group that waits for what waits for another part': {
    steps: [group('g', [one('a'), one('c', after('b'))]), ten('b', after('a'))],
    low: '12',
    high: '12',
    seconds: 120,
  },
  'the dearer and the cheaper branch': {
    steps: [either('c', [ten('a')], [one('b')])],
    low: '1',
    high: '10',
    seconds: 100,
  },
  'a branch that is not there': { steps: [either('c', [ten('a')])], low: '0', high: '10', seconds: 100 },
  'a step that may be skipped': { steps: [ten('a', { when: '{{input.x}}' })], low: '0', high: '10', seconds: 100 },
  'a step of some states only': { steps: [ten('a', { inState: ['Review'] })], low: '0', high: '10', seconds: 100 },
  'a fallback comes after all attempts, and before what depends on either': {
    steps: [one('a', { onError: { fallbackStep: 'f' } }), ten('f', { isChild: true }), one('b', after('a'))],
    low: '2',
    high: '12',
    seconds: 120,
  },
  'a child step comes after what activates it': {
    steps: [one('a', { check: [{ boolean: 'x > 1', run: 'f' }] }), ten('f', { isChild: true })],
    low: '1',
    high: '11',
    seconds: 110,
  },
  'a child step outside of a loop comes after the loop that activates it': {
    steps: [loop('l', [one('a', { check: [{ boolean: 'x > 1', run: 'f' }] })]), ten('f', { isChild: true })],
    low: '5',
    high: '15',
    seconds: 150,
  },
  'a part that waits for its own group never begins': {
    steps: [group('g', [one('a', after('g')), ten('b')])],
    low: '11',
    high: '11',
    seconds: 100,
  },
  'routes come after their step': {
    steps: [one('a', { onSuccess: { routes: [{ match: { expression: 'true' }, steps: [ten('b'), one('c')] }] } })],
    low: '1',
    high: '12',
    seconds: 110,
  },
  'a compensation is counted': {
    steps: [one('a', { compensate: 'u' }), one('u', { isChild: true })],
    low: '1',
    high: '2',
    seconds: 20,
  },
  'exit steps come at the end': {
    steps: [one('a'), one('b')],
    rest: { onExit: [ten('z')] },
    low: '12',
    high: '12',
    seconds: 110,
  },
  'the time of the run, and what still runs when it is up': {
    steps: [ten('a'), ten('b', after('a')), ten('c', after('b'))],
    rest: { execution: { timeoutSeconds: 150 } },
    low: '30',
    high: '30',
    seconds: 250,
  },
  'people take no time': { steps: [approval('p'), one('a', after('p'))], low: '1', high: '1', seconds: 10 },
  'a wait takes all its time, once': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['x'], timeoutSeconds: 60 }, one('a', after('w'))],
    low: '1',
    high: '1',
    seconds: 70,
  },
  'steps that wait for each other never begin': {
    steps: [one('a', after('b')), one('b', after('a'))],
    low: '2',
    high: '2',
    seconds: 0,
  },
};

describe('the estimate of a pipeline', () => {
  test.each(Object.entries(cases))('%s', (_, { steps, rest, low, high, seconds }) => {
    const { estimate: range, costUnits, durationSeconds } = estimate({ ...rest, steps });
    expect({ low: range.low?.costUnits, high: costUnits, seconds: durationSeconds }).toEqual({ low, high, seconds });
    expect(range.high).toEqual({ costUnits, durationSeconds });
  });

  test('knows how often a loop goes round when the inputs are given', () => {
    const steps = [loop('l', [one('a')], { iterateOver: '{{input.x}}' })];
    expect(estimate({ steps }, { inputs: { x: [1, 2] } })).toMatchObject({ costUnits: '2', durationSeconds: 20 });
  });

  test('adds up tokens, GPU time and cost', () => {
    const models = [aModel('m', { price: { inputPerMillionTokens: '1', outputPerMillionTokens: '1' } })];
    const agent = { type: 'llm_agent', modelRef: { name: 'm' }, limits: { maxTokens: 100_000, maxTurns: 1 } };
    const steps = [{ ...agent, name: 'a', resources: { gpu: 2 }, timeoutSeconds: 5 }, loop('l', [one('b')])];
    expect(estimate({ steps }, { models }).usage).toEqual({
      ...{ promptTokens: 3 * (100_000 - 4096), completionTokens: 3 * 4096, gpuSeconds: 3 * 10, costUnits: '5.3' },
    });
  });

  test('says each step by itself', () => {
    const { steps } = estimate({ steps: [loop('l', [one('a', { retryPolicy: { maxAttempts: 2 } })])] });
    expect(
      steps.map(({ node, attempts, attemptSeconds, iterations, worstCase }) => [
        node.name,
        attempts,
        attemptSeconds,
        iterations.most,
        worstCase.usage,
      ]),
    ).toEqual([
      ['l', 1, 0, 5, {}],
      ['a', 2, 10, 1, { costUnits: '1' }],
    ]);
  });

  test('stays within what numbers can hold, however loops multiply', () => {
    let steps: object[] = [ten('leaf')];
    for (let depth = 0; depth < 30; depth++)
      steps = [loop(`l${depth}`, steps, { iterateOver: '{{input.x}}', maxParallel: 2 })];
    const { costUnits, durationSeconds } = estimate({ steps }, { inputs: { x: Array<number>(1000).fill(0) } });
    expect(costUnits).toBe('9'.repeat(32));
    expect(durationSeconds).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('what an estimate rests on', () => {
  const unknownCall = { name: 'u', type: 'function', method: 'nobody', retryPolicy: { maxAttempts: 1 } };
  const author = { estimatedCostUnits: '25', estimatedDurationSeconds: 900 };

  test('is the author where something is not known', () => {
    const {
      costUnits,
      durationSeconds,
      estimate: range,
      unknown,
    } = estimate({ execution: author, steps: [one('a'), unknownCall] });
    expect({ costUnits, durationSeconds, unknown }).toEqual({
      costUnits: '25',
      durationSeconds: 900,
      unknown: ["Method 'nobody'"],
    });
    expect(range.assumptions).toEqual([
      "the author's estimate holds where not all is known: a cost of 25 and a duration of 900 s",
      "not counted, because it is not known: Method 'nobody'",
    ]);
  });

  test('is what is known, where that is dearer than the author thinks', () => {
    const known = [ten('a'), ten('b'), ten('c')];
    expect(estimate({ execution: author, steps: [...known, unknownCall] }).costUnits).toBe('30');
  });

  test('is what is known where the author says nothing, and what is not counted is said', () => {
    const { costUnits, durationSeconds, estimate: range } = estimate({ steps: [one('a'), unknownCall] });
    expect({ costUnits, durationSeconds }).toEqual({ costUnits: '1', durationSeconds: 600 });
    expect(range.assumptions?.[0]).toBe("not counted, because it is not known: Method 'nobody'");
  });

  test('is the worst case where all is known, beside what the author thinks', () => {
    const { costUnits, durationSeconds, estimate: range } = estimate({ execution: author, steps: [one('a')] });
    expect({ costUnits, durationSeconds }).toEqual({ costUnits: '1', durationSeconds: 10 });
    expect(range.assumptions?.[0]).toBe(
      'the author estimates a cost of 25 and a duration of 900 s; all is known, so the worst case is given instead',
    );
  });

  test('is said in words for loops, models, services and people', () => {
    const models = [aModel('m')];
    const steps = [
      loop('l', [one('a')], { iterateOver: '{{input.x}}' }),
      { name: 'm', type: 'llm_flow', prompt: 'p', modelRef: { name: 'm' } },
      { name: 's', type: 'ml_serving', model: 'one', serviceName: 's' },
      approval('p'),
    ];
    expect(estimate({ execution: { estimatedCostUnits: '1' }, steps }, { models }).estimate.assumptions).toEqual([
      'the author estimates a cost of 1; all is known, so the worst case is given instead',
      '10 items each, because only the run can tell how many: l',
      'every step takes all the attempts and all the time that it may, and fallbacks, routes and child steps run too',
      'models are asked for all the tokens that limits allow; GPUs that are shared are not counted',
      'services are counted until they are ready, not for the time that they serve',
      'people decide at once, and send nothing back',
      'nothing waits for room in the cluster or for a budget, and nothing is disrupted',
    ]);
  });

  test('names people for gates of safe mode and for checks that ask them', () => {
    const people = 'people decide at once, and send nothing back';
    const checks = { completeness: { threshold: 1 } };
    const asking = { name: 'v', type: 'validation', checks, onFailure: { gate: 'g', returnTo: 'a' } };
    expect(estimate({ execution: { mode: 'safe' }, steps: [one('a')] }).estimate.assumptions).toContain(people);
    expect(estimate({ steps: [one('a'), asking] }).estimate.assumptions).toContain(people);
    expect(
      estimate({ steps: [one('a'), { name: 'v', type: 'validation', checks }] }).estimate.assumptions,
    ).not.toContain(people);
  });

  test('fits the status, however much there is to say', () => {
    const long = 'x'.repeat(200);
    const steps = Array.from({ length: 100 }, (_, index) => ({
      name: `s${index}`,
      type: 'function',
      method: `${long}${index}`,
    }));
    const { assumptions = [] } = estimate({ steps }).estimate;
    expect(assumptions.length).toBeLessThanOrEqual(16);
    expect(Math.max(...assumptions.map((sentence) => sentence.length))).toBeLessThanOrEqual(512);
    expect(assumptions[0]).toContain('Method');
  });
});

describe('the estimate of the example', () => {
  const example = new URL('../../testing/examples/investigation.yaml', import.meta.url);

  test("is its author's, when nothing else is known", () => {
    const {
      costUnits,
      durationSeconds,
      estimate: range,
    } = estimatePipeline({ spec: readExample(example), methods: [], roles: [], models: [], councils: [] });
    expect({ costUnits, durationSeconds }).toEqual({ costUnits: '25', durationSeconds: 900 });
    expect(range.assumptions?.[0]).toContain('a cost of 25 and a duration of 900 s');
  });
});
