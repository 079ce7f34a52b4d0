import { describe, expect, it } from 'vitest';
import { PlannedRun } from '../../testing/planned-run.ts';
import {
  approval,
  call,
  checkPlanningCase,
  choice,
  from,
  group,
  loop,
  type PlanningCase,
} from '../../testing/planning-case.ts';

const items = (...values: (string | number | null)[]) => ({ inputs: { items: values } });

const loops: Record<string, PlanningCase> = {
  'a loop runs one iteration after the other when it does not say': {
    steps: [loop('l', [call('x')])],
    given: items('a', 'b'),
    when: (run) => run.succeed('l[0].x'),
    started: ['l[0].x', 'l[1].x'],
  },
  'a loop runs as many iterations at the same time as it says': {
    steps: [loop('l', [call('x')], { maxParallel: 2 })],
    given: items('a', 'b', 'c'),
    when: (run) => run.succeed('l[1].x'),
    started: ['l[0].x', 'l[1].x', 'l[2].x'],
    running: ['l[0].x', 'l[2].x'],
  },
  'the item and its position are variables': {
    steps: [loop('l', [call('x', { inputs: { v: from('{{item}}'), n: from('{{item_index}}') } })], { maxParallel: 9 })],
    given: items('a', 'b'),
    inputs: { 'l[0].x': { v: 'a', n: 0 }, 'l[1].x': { v: 'b', n: 1 } },
  },
  'an item of null is null, not missing': {
    steps: [loop('l', [call('x', { inputs: { v: from('{{item}}') } })])],
    given: items(null),
    inputs: { 'l[0].x': { v: null } },
  },
  'the results are a list in the order of the items, whatever the order of the ends': {
    steps: [loop('l', [call('x')], { maxParallel: 3 })],
    given: items('a', 'b', 'c'),
    when: (run) => run.succeed('l[2].x', { v: 'c' }).succeed('l[0].x', { v: 'a' }).succeed('l[1].x', { v: 'b' }),
    outputs: { l: { results: [{ x: { v: 'a' } }, { x: { v: 'b' } }, { x: { v: 'c' } }], count: 3 } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a loop over nothing succeeds at once': {
    steps: [loop('l', [call('x')]), call('z', { inputs: { n: from('{{l.count}}'), r: from('{{l.results}}') } })],
    given: items(),
    outputs: { l: { results: [], count: 0 } },
    inputs: { z: { n: 0, r: [] } },
  },
  'a loop over what is no list fails': {
    steps: [loop('l', [call('x')])],
    given: { inputs: { items: 'text' } },
    states: { l: 'Failed InputUnresolved' },
    messages: { l: 'iterateOver must give a list, not string' },
  },
  'a loop can iterate over the result of a step': {
    steps: [
      call('a'),
      loop('l', [call('x', { inputs: { v: from('{{item}}') } })], { iterateOver: '{{a.list[*].id}}' }),
    ],
    when: (run) => run.succeed('a', { list: [{ id: 7 }] }),
    inputs: { 'l[0].x': { v: 7 } },
  },
  'a batch is a list of items': {
    steps: [loop('l', [call('x', { inputs: { v: from('{{item}}') } })], { batchSize: 2, maxParallel: 9 })],
    given: items(1, 2, 3),
    inputs: { 'l[0].x': { v: [1, 2] }, 'l[1].x': { v: [3] } },
    then: (run) => expect(run.record('l')?.iterations?.count).toBe(2),
  },
  'steps of an iteration see each other': {
    steps: [loop('l', [call('x'), call('y', { inputs: { v: from('{{x.v}}') } })], { maxParallel: 2 })],
    given: items('a', 'b'),
    when: (run) => run.succeed('l[1].x', { v: 'B' }),
    inputs: { 'l[1].y': { v: 'B' } },
    states: { 'l[0].y': '-' },
  },
  'steps of an iteration see steps outside': {
    steps: [call('a'), loop('l', [call('x', { inputs: { v: from('{{a.v}}') } })])],
    given: items('i'),
    when: (run) => run.succeed('a', { v: 1 }),
    inputs: { 'l[0].x': { v: 1 } },
  },
  'what an iteration has behind it leaves the status when the loop ends': {
    steps: [loop('l', [call('x')])],
    given: items('a', 'b'),
    when: (run) => run.succeed('l[0].x').succeed('l[1].x'),
    then: (run) => {
      expect(run.status.steps?.map(({ path }) => path)).toEqual(['l']);
      expect(run.record('l')?.iterations).toEqual({ count: 2, succeeded: '0-1', lastAttempt: 1 });
      expect(run.folded.map(({ path }) => path)).toEqual(['l[0].x', 'l[1].x']);
    },
  },
  'a failing iteration fails the loop, and nothing new begins in it': {
    steps: [loop('l', [call('x', { retryPolicy: { maxAttempts: 1 } })], { maxParallel: 2 })],
    given: items('a', 'b', 'c'),
    when: (run) => run.fail('l[0].x').succeed('l[1].x'),
    started: ['l[0].x', 'l[1].x'],
    states: { l: 'Failed PartFailed' },
    messages: { l: 'iterations 0 of 3 failed: l[0].x: attempt 1 of 1 failed: Crashed: it broke' },
    run: 'Failed StepFailed',
  },
  'iterations go on past a failure where their step says so': {
    steps: [loop('l', [call('x', { retryPolicy: { maxAttempts: 1 }, onError: { continueOnFailure: true } })])],
    given: items('a', 'b'),
    when: (run) => run.fail('l[0].x').succeed('l[1].x', { v: 1 }),
    outputs: { l: { results: [{}, { x: { v: 1 } }], count: 2 } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'an iteration can end in a fallback': {
    steps: [
      loop('l', [
        call('x', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'y' } }),
        call('y', { isChild: true }),
      ]),
    ],
    given: items('a'),
    when: (run) => run.fail('l[0].x').succeed('l[0].y', { v: 1 }),
    outputs: { l: { results: [{ x: {}, y: { v: 1 } }], count: 1 } },
  },
  'a check inside an iteration activates the step of the same iteration': {
    steps: [
      loop('l', [call('x', { check: [{ boolean: 'n > 1', run: 'y' }] }), call('y', { isChild: true })], {
        maxParallel: 2,
      }),
    ],
    given: items('a', 'b'),
    when: (run) => run.succeed('l[0].x', { n: 1 }).succeed('l[1].x', { n: 2 }),
    started: ['l[0].x', 'l[1].x', 'l[1].y'],
  },
  'a conditional inside an iteration decides by its item': {
    steps: [loop('l', [choice('c', '{{item}} > 1', [[call('big')], [call('small')]])], { maxParallel: 2 })],
    given: items(1, 2),
    started: ['l[0].small', 'l[1].big'],
  },
  'a group inside an iteration is one of its steps': {
    steps: [loop('l', [group('g', [call('x'), call('y')])])],
    given: items('a'),
    when: (run) => run.succeed('l[0].x', { v: 1 }).succeed('l[0].y', { v: 2 }),
    outputs: { l: { results: [{ g: {}, x: { v: 1 }, y: { v: 2 } }], count: 1 } },
  },
  'a loop inside a loop has paths and results of its own': {
    steps: [
      loop('l', [
        loop('m', [call('x', { inputs: { v: from('{{item}}/{{inner}}') } })], {
          iterateOver: ['p', 'q'],
          loopVariable: 'inner',
          maxParallel: 2,
        }),
      ]),
    ],
    given: items('a'),
    when: (run) => run.succeed('l[0].m[0].x', { v: 1 }).succeed('l[0].m[1].x', { v: 2 }),
    inputs: { 'l[0].m[1].x': { v: 'a/q' } },
    outputs: { l: { results: [{ m: { results: [{ x: { v: 1 } }, { x: { v: 2 } }], count: 2 } }], count: 1 } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a loop that says how long it may take is ended with its iterations': {
    steps: [loop('l', [call('x')], { timeoutSeconds: 60 })],
    given: items('a', 'b'),
    when: (run) => run.wait(60),
    states: { l: 'Failed TimedOut', 'l[0].x': 'Cancelled TimedOut' },
  },
  'a loop with more iterations than can be recorded fails and says what to do': {
    steps: [loop('l', [call('x')], { iterateOver: Array.from({ length: 40_001 }, () => 1) })],
    states: { l: 'Failed TooManyIterations' },
    messages: { l: 'batchSize' },
  },
  'results that are too large together fail the loop': {
    steps: [loop('l', [call('x')], { maxParallel: 20 })],
    given: { inputs: { items: Array.from({ length: 18 }, (_, index) => index) } },
    when: (run) => {
      for (let index = 0; index < 18; index += 1) run.succeed(`l[${index}].x`, { text: 'x'.repeat(1_000_000) });
    },
    states: { l: 'Failed ResultsTooLarge' },
  },
  'work that is sent back into a loop begins with the feedback, in a round of its own': {
    steps: [loop('l', [call('x')]), approval('ok', { dependsOn: ['l'], returnTo: 'l' })],
    given: items('a'),
    when: (run) => run.succeed('l[0].x').decide('ok', 'rejected', { comment: 'again' }),
    started: ['l[0].x', 'l[0].x'],
    then: (run) => expect(run.startOf('l[0].x')).toMatchObject({ attempt: 2, feedback: 'again' }),
  },
  'what the attempts of a loop used is counted': {
    steps: [loop('l', [call('x')])],
    given: items('a', 'b'),
    when: (run) =>
      run
        .end('l[0].x', { result: 'Succeeded', used: { promptTokens: 3 } })
        .end('l[1].x', { result: 'Succeeded', used: { promptTokens: 4 } }),
    then: (run) => {
      expect(run.record('l')?.iterations?.used).toEqual({ promptTokens: 7 });
      expect(run.status.usage?.promptTokens).toBe(7);
    },
  },
  'combinations nest eight deep': {
    steps: [
      group('g1', [
        choice('c2', 'true', [
          [
            loop('l3', [
              group('g4', [
                choice('c5', 'true', [[loop('l6', [group('g7', [call('x')])], { loopVariable: 'inner' })]]),
              ]),
            ]),
          ],
        ]),
      ]),
    ],
    given: items('a'),
    when: (run) => run.succeed('l3[0].l6[0].x', { v: 1 }),
    run: 'Succeeded AllStepsSucceeded',
  },
};

describe('loops', () => {
  it.each(Object.entries(loops))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });

  const finish = (count: number, end: (run: PlannedRun, index: number) => void) => {
    const list = Array.from({ length: count }, (_, index) => index);
    const step = call('x', {
      outputs: { v: 'asset_{{item}}' },
      retryPolicy: { maxAttempts: 1 },
      onError: { continueOnFailure: true },
    });
    const run = new PlannedRun({ steps: [loop('l', [step], { maxParallel: 16 })] }, { inputs: { items: list } });
    for (const index of list) end(run, index);
    return run;
  };

  it('a finished loop of 1,000 iterations takes no more than 32 KiB of status, assets included', () => {
    const run = finish(1000, (each, index) => each.succeed(`l[${index}].x`, { v: `result ${index}` }));
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
    expect(JSON.stringify(run.status).length).toBeLessThanOrEqual(32 * 1024);
    expect((run.outputsOf('l') as { results: unknown[] }).results[999]).toEqual({ x: { v: 'result 999' } });
  });

  it('neither does one of which every second iteration failed, nor any moment on the way', () => {
    let largest = 0;
    const run = finish(1000, (each, index) => {
      if (index % 2 === 0) each.succeed(`l[${index}].x`, { v: index });
      else each.fail(`l[${index}].x`);
      largest = Math.max(largest, JSON.stringify(each.status).length);
    });
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
    expect(largest).toBeLessThanOrEqual(48 * 1024);
    expect(JSON.stringify(run.status).length).toBeLessThanOrEqual(32 * 1024);
  });
});

describe('a loop whose fallback runs', () => {
  it('still counts what its iterations used, and gives no number of theirs twice', () => {
    const policy = { retryPolicy: { maxAttempts: 1 } };
    const fallback = call('instead', { isChild: true });
    const run = new PlannedRun(
      { steps: [loop('l', [call('x', policy)], { onError: { fallbackStep: 'instead' } }), fallback] },
      items('a'),
    );
    run.fail('l[0].x', 'Crashed', { used: { promptTokens: 5 } }).fail('instead', 'Crashed', { retryable: false });
    expect(run.status.usage).toEqual({ promptTokens: 5 });
    run.change({ retryCount: 1 });
    expect(run.startOf('l[0].x')?.attempt).toBe(2);
  });
});
