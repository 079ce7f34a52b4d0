import { describe, expect, it } from 'vitest';
import { aMethod, monday, PlannedRun } from '../../testing/planned-run.ts';
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

const once = { retryPolicy: { maxAttempts: 1 } };
const inputs: Record<string, PlanningCase> = {
  'defaults of parameters are inputs': {
    steps: [call('a', { inputs: { x: from('{{input.who}}') } })],
    pipeline: { parameters: [{ name: 'who', default: 'world' }] },
    inputs: { a: { x: 'world' } },
  },
  'what a work item gives wins over the default': {
    steps: [call('a', { inputs: { x: from('{{input.who}}') } })],
    pipeline: { parameters: [{ name: 'who', default: 'world' }] },
    given: { inputs: { who: 'ann' } },
    inputs: { a: { x: 'ann' } },
  },
  'a required input that is missing fails the run before any step': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'who' }] },
    run: 'Failed InputsInvalid',
    says: "the input 'who' is required",
    started: [],
  },
  'an input that may be missing is': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'who', required: false }] },
    started: ['a'],
  },
  'an input of the wrong type fails the run': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'n', type: 'integer' }] },
    given: { inputs: { n: 'x' } },
    run: 'Failed InputsInvalid',
    says: "'n'",
  },
  'an input that does not fit its schema fails the run': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'n', schema: { maximum: 3 } }] },
    given: { inputs: { n: 4 } },
    run: 'Failed InputsInvalid',
  },
  'an input that is no parameter fails the run and names the parameters': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'who', default: 1 }] },
    given: { inputs: { woh: 2 } },
    run: 'Failed InputsInvalid',
    says: "there is no parameter 'woh'. Parameters: who",
  },
  'a pipeline without parameters takes no input': {
    steps: [call('a')],
    pipeline: { parameters: [] },
    given: { inputs: { x: 1 } },
    run: 'Failed InputsInvalid',
    says: "there is no parameter 'x'. The Pipeline takes no inputs",
  },
};

const control: Record<string, PlanningCase> = {
  'a run that is not admitted is queued': {
    steps: [call('a')],
    given: { facts: { quota: { admitted: false, message: '3 of 3 run' } } },
    run: 'Queued WaitingForQuota',
    says: '3 of 3 run',
    waits: ['quota queue'],
    started: [],
  },
  'a queued run begins once it is admitted': {
    steps: [call('a')],
    given: { facts: { quota: { admitted: false } } },
    when: (run) => {
      run.facts = {};
      run.settle();
    },
    started: ['a'],
  },
  'a run that is suspended before it begins asks for no place': {
    steps: [call('a')],
    given: { spec: { suspend: true }, facts: { quota: { admitted: false } } },
    run: 'Suspended Suspended',
    waits: ['suspended w'],
  },
  'a run whose start is not approved yet asks for no place': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'safe' } },
    given: { facts: { quota: { admitted: false } } },
    run: 'Waiting WaitingForStart',
    waits: ['decision start'],
  },
  'a run that replays one which is not known yet asks for no place': {
    steps: [call('a')],
    given: { spec: { replay: { workItemName: 'before', fromStep: 'a' } }, facts: { quota: { admitted: false } } },
    waits: ['dependency before'],
  },
  'a suspended run begins nothing new, and what runs is let to its end': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    when: (run) => run.change({ suspend: true }).succeed('a'),
    states: { a: 'Succeeded Completed', b: '-' },
    run: 'Suspended Suspended',
    waits: ['suspended w'],
  },
  'a suspended run goes on when it may': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    when: (run) => run.change({ suspend: true }).succeed('a').change({ suspend: false }),
    started: ['a', 'b'],
  },
  'a run that is suspended from the start does not begin': {
    steps: [call('a')],
    given: { spec: { suspend: true } },
    run: 'Suspended Suspended',
    started: [],
  },
  'a suspended run does not try again': {
    steps: [call('a')],
    when: (run) => run.fail('a').change({ suspend: true }).wait(60),
    started: ['a'],
    states: { a: 'Waiting WaitingToRetry' },
  },
  'cancelling ends what runs, and nothing more begins': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    when: (run) => run.change({ cancel: true }),
    states: { a: 'Cancelled RunCancelled', b: '-' },
    run: 'Cancelled Cancelled',
    then: (run) => expect(run.actions.at(-1)).toMatchObject({ kind: 'stop-attempt', path: 'a' }),
  },
  'cancelling ends iterations and what waits': {
    steps: [loop('l', [call('x')]), approval('ok'), call('r')],
    given: { inputs: { items: [1] } },
    when: (run) => run.fail('r').change({ cancel: true }),
    states: {
      l: 'Cancelled RunCancelled',
      'l[0].x': 'Cancelled RunCancelled',
      ok: 'Cancelled RunCancelled',
      r: 'Cancelled RunCancelled',
    },
    then: (run) => expect(run.status.gates?.[0]?.state).toBe('Expired'),
  },
  'a run that is cancelled before it begins ends at once': {
    steps: [call('a')],
    given: { spec: { cancel: true } },
    run: 'Cancelled Cancelled',
    started: [],
  },
  'cancelling what has ended changes nothing': {
    steps: [call('a')],
    when: (run) => run.succeed('a').change({ cancel: true }),
    run: 'Succeeded AllStepsSucceeded',
  },
  'a suspended run can be cancelled': {
    steps: [call('a')],
    when: (run) => run.change({ suspend: true }).change({ cancel: true }),
    run: 'Cancelled Cancelled',
  },
  'what succeeded is undone when the run is cancelled, the last first, one after the other': {
    steps: [
      call('a', { compensate: 'undo_a' }),
      call('b', { dependsOn: ['a'], compensate: 'undo_b' }),
      call('c', { dependsOn: ['b'] }),
      call('undo_a', { isChild: true, inputs: { id: from('{{a.id}}') } }),
      call('undo_b', { isChild: true }),
    ],
    when: (run) =>
      run.succeed('a', { id: 7 }).wait(1).succeed('b').change({ cancel: true }).succeed('undo_b').succeed('undo_a'),
    started: ['a', 'b', 'c', 'undo_b', 'undo_a'],
    inputs: { undo_a: { id: 7 } },
    run: 'Cancelled Cancelled',
  },
  'what undoes a step is tried again when it fails': {
    steps: [call('a', { compensate: 'undo' }), call('b', { dependsOn: ['a'] }), call('undo', { isChild: true })],
    when: (run) => run.succeed('a').change({ cancel: true }).fail('undo').wait(2).succeed('undo'),
    states: { undo: 'Succeeded Completed' },
    run: 'Cancelled Cancelled',
  },
  'what undoes a step does not run when all goes well': {
    steps: [call('a', { compensate: 'undo' }), call('undo', { isChild: true })],
    when: (run) => run.succeed('a'),
    states: { undo: 'Skipped NotActivated' },
    run: 'Succeeded AllStepsSucceeded',
  },
};

const exits: Record<string, PlanningCase> = {
  'exit steps run when all steps have succeeded': {
    steps: [call('a')],
    pipeline: { onExit: [call('bye', { inputs: { how: from('{{run.phase}}') } })] },
    when: (run) => run.succeed('a').succeed('bye'),
    inputs: { bye: { how: 'Succeeded' } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'exit steps run when a step has failed, and see which': {
    steps: [call('a', once)],
    pipeline: { onExit: [call('bye', { inputs: { how: from('{{run.phase}} {{run.failedStep}}') } })] },
    when: (run) => run.fail('a').succeed('bye'),
    inputs: { bye: { how: 'Failed a' } },
    run: 'Failed StepFailed',
  },
  'exit steps run when the run was cancelled': {
    steps: [call('a')],
    pipeline: { onExit: [call('bye', { inputs: { how: from('{{run.phase}}') } })] },
    when: (run) => run.change({ cancel: true }).succeed('bye'),
    inputs: { bye: { how: 'Cancelled' } },
    run: 'Cancelled Cancelled',
  },
  'exit steps run when the run took too long': {
    steps: [call('a')],
    pipeline: { execution: { timeoutSeconds: 60 }, onExit: [call('bye')] },
    when: (run) => run.wait(60).succeed('bye'),
    run: 'Failed TimedOut',
  },
  'exit steps do not begin before the others have ended': {
    steps: [call('a', once), call('b')],
    pipeline: { onExit: [call('bye')] },
    when: (run) => run.fail('a'),
    started: ['a', 'b'],
    states: { bye: '-' },
  },
  'a run says that its exit steps run': {
    steps: [call('a')],
    pipeline: { onExit: [call('bye')] },
    when: (run) => run.succeed('a'),
    run: 'Running ExitStepsRunning',
  },
  'an exit step that fails fails the run': {
    steps: [call('a')],
    pipeline: { onExit: [call('bye', once)] },
    when: (run) => run.succeed('a').fail('bye'),
    run: 'Failed ExitStepFailed',
  },
  'an exit step that fails does not hide why the run failed': {
    steps: [call('a', once)],
    pipeline: { onExit: [call('bye', once)] },
    when: (run) => run.fail('a').fail('bye'),
    run: 'Failed StepFailed',
  },
  'an exit step that reads what never ran takes what else there is': {
    steps: [call('a', once), call('b', { dependsOn: ['a'] })],
    pipeline: { onExit: [call('bye', { inputs: { v: { or: ['{{b.v}}', 'nothing'] } } })] },
    when: (run) => run.fail('a'),
    inputs: { bye: { v: 'nothing' } },
  },
  'an exit step that needs what never ran is skipped': {
    steps: [call('a', once), call('b', { dependsOn: ['a'] })],
    pipeline: { onExit: [call('bye', { inputs: { v: from('{{b.v}}') } })] },
    when: (run) => run.fail('a'),
    states: { bye: 'Skipped DependencySkipped' },
    run: 'Failed StepFailed',
  },
  'a run that never began has no exit': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'who' }], onExit: [call('bye')] },
    run: 'Failed InputsInvalid',
    started: [],
  },
};

const retrying: Record<string, PlanningCase> = {
  'raising retryCount begins what failed again, and what it held up': {
    steps: [call('a'), call('b', { ...once, dependsOn: ['a'] }), call('c', { dependsOn: ['b'] })],
    when: (run) => run.succeed('a').fail('b').change({ retryCount: 1 }).succeed('b').succeed('c'),
    started: ['a', 'b', 'b', 'c'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a retry is a round of its own, with all its attempts': {
    steps: [call('a', { retryPolicy: { maxAttempts: 2 } })],
    when: (run) => run.fail('a').wait(2).fail('a').change({ retryCount: 1 }).fail('a').wait(2),
    states: { a: 'Running AttemptRunning' },
    then: (run) => {
      expect(run.record('a')).toMatchObject({ round: 2, failures: 1 });
      expect(run.record('a')?.attempts?.map(({ number, round }) => [number, round])).toEqual([
        [1, undefined],
        [2, undefined],
        [3, 2],
        [4, 2],
      ]);
    },
  },
  'the same retryCount asks once': {
    steps: [call('a', once)],
    when: (run) => run.fail('a').change({ retryCount: 1 }).fail('a').settle(),
    started: ['a', 'a'],
    run: 'Failed StepFailed',
  },
  'a retry keeps what succeeded': {
    steps: [group('g', [call('a'), call('b', once)])],
    when: (run) => run.succeed('a').fail('b').change({ retryCount: 1 }).succeed('b'),
    started: ['a', 'b', 'b'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a retry of a loop keeps the iterations that succeeded': {
    steps: [loop('l', [call('x', once)], { maxParallel: 2 })],
    given: { inputs: { items: ['a', 'b', 'c'] } },
    when: (run) =>
      run
        .succeed('l[0].x', { v: 0 })
        .fail('l[1].x')
        .succeed('l[2].x', { v: 2 })
        .change({ retryCount: 1 })
        .succeed('l[1].x', { v: 1 }),
    outputs: { l: { results: [{ x: { v: 0 } }, { x: { v: 1 } }, { x: { v: 2 } }], count: 3 } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a retry runs what was skipped because of the failure': {
    steps: [
      call('a', { ...once, onError: { continueOnFailure: true } }),
      call('b', { dependsOn: ['a'] }),
      call('z', { ...once }),
    ],
    when: (run) => run.fail('a').fail('z').change({ retryCount: 1 }).succeed('a').succeed('b').succeed('z'),
    run: 'Succeeded AllStepsSucceeded',
  },
  'a retry begins what was ended with the run': {
    steps: [call('a', once), group('g', [call('b')]), approval('ok')],
    pipeline: { execution: { maxParallel: 1 } },
    when: (run) => run.fail('a').change({ retryCount: 1 }).succeed('a').succeed('b').decide('ok', 'approved'),
    started: ['a', 'a', 'b'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a retry leaves the parts of a step alone that its fallback stands in for': {
    steps: [
      group('g', [call('a', once)], { onError: { fallbackStep: 'f' } }),
      call('f', { isChild: true }),
      call('b', { dependsOn: ['a'] }),
    ],
    when: (run) => run.fail('a').change({ retryCount: 1 }).succeed('f'),
    started: ['a', 'f'],
    states: { a: 'Failed AttemptsExhausted', g: 'Succeeded FallbackUsed', b: 'Skipped DependencyFailed' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a retry runs the exit steps again': {
    steps: [call('a', once)],
    pipeline: { onExit: [call('bye')] },
    when: (run) => run.fail('a').succeed('bye').change({ retryCount: 1 }).succeed('a').succeed('bye'),
    started: ['a', 'bye', 'a', 'bye'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a cancelled run is not retried': {
    steps: [call('a')],
    when: (run) => run.change({ cancel: true }).change({ retryCount: 1 }),
    run: 'Cancelled Cancelled',
  },
  'a run that succeeded has nothing to retry': {
    steps: [call('a')],
    when: (run) => run.succeed('a').change({ retryCount: 1 }),
    started: ['a'],
    run: 'Succeeded AllStepsSucceeded',
  },
};

describe.each([
  ['inputs', inputs],
  ['control', control],
  ['exit steps', exits],
  ['retrying', retrying],
])('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});

describe('replaying', () => {
  const steps = [
    call('a'),
    call('b', { dependsOn: ['a'] }),
    call('c', { inputs: { x: from('{{a.v}}'), y: from('{{b.v}}') } }),
  ];
  const original = () => new PlannedRun({ steps }).succeed('a', { v: 1 }).succeed('b', { v: 2 }).succeed('c');
  const replay = (fromStep: string, replayed = original()) =>
    new PlannedRun(
      { steps },
      {
        spec: { replay: { workItemName: 'old', fromStep } },
        facts: { replayed: replayed.replayed },
      },
    );

  it('runs the named step and what builds on it, with the results of the others', () => {
    const run = replay('b');
    expect(run.started).toEqual(['b']);
    expect(run.stateOf('a')).toBe('Succeeded Replayed');
    run.succeed('b', { v: 3 });
    expect(run.startOf('c')?.inputs).toEqual({ x: 1, y: 3 });
  });

  it('runs again what had not succeeded before', () => {
    const failed = new PlannedRun({ steps: [call('a'), call('b', { ...once, dependsOn: ['a'] })] })
      .succeed('a', { v: 1 })
      .fail('b');
    expect(replay('c', failed).started).toEqual(['b']);
  });

  it('waits until it is known what the other run did', () => {
    const run = new PlannedRun({ steps }, { spec: { replay: { workItemName: 'old', fromStep: 'b' } } });
    expect(run.status.waitingFor).toMatchObject([{ kind: 'dependency', name: 'old' }]);
    expect(run.started).toEqual([]);
  });
});

describe('the cache', () => {
  const cached = { cache: {}, inputs: { x: from('{{input.x}}') } };
  const sketch = { inputs: { x: 1 } };

  it('is asked first, and the step runs when it has nothing', () => {
    const run = new PlannedRun({ steps: [call('a', cached)] }, sketch);
    expect(run.actions.map(({ kind }) => kind)).toEqual(['look-up-cache', 'start-attempt']);
  });

  it('is filled by what the step gave', () => {
    const run = new PlannedRun({ steps: [call('a', cached)] }, sketch).succeed('a', { v: 1 });
    const [look, , fill] = run.actions;
    expect(fill).toMatchObject({ kind: 'fill-cache', ttlSeconds: 900 });
    expect(look).toMatchObject({ key: fill && 'key' in fill ? fill.key : '' });
    expect(run.artifacts.get(fill && 'outputsDigest' in fill ? fill.outputsDigest : '')).toEqual({ v: 1 });
  });

  const keyOf = (step: object, inputs = sketch) => {
    const run = new PlannedRun({ steps: [call('a', step)] }, inputs);
    const [look] = run.actions;
    return look?.kind === 'look-up-cache' ? look.key : undefined;
  };

  it('spares the step when it has a fresh result', () => {
    const at = new Date(monday - 60_000).toISOString();
    const run = new PlannedRun(
      { steps: [call('a', cached)] },
      { ...sketch, facts: { cache: new Map([[keyOf(cached) ?? '', { outputs: { v: 9 }, at }]]) } },
    );
    expect(run.stateOf('a')).toBe('Succeeded CacheHit');
    expect(run.outputsOf('a')).toEqual({ v: 9 });
    expect(run.started).toEqual([]);
  });

  it('is not believed beyond its time', () => {
    const at = new Date(monday - 900_000).toISOString();
    const cache = new Map([[keyOf(cached) ?? '', { outputs: { v: 9 }, at }]]);
    expect(new PlannedRun({ steps: [call('a', cached)] }, { ...sketch, facts: { cache } }).started).toEqual(['a']);
  });

  it('tells other inputs and other definitions apart, but not what decides when a step runs', () => {
    const key = keyOf(cached);
    expect(keyOf(cached, { inputs: { x: 2 } })).not.toBe(key);
    expect(keyOf({ ...cached, method: 'other' })).not.toBe(key);
    expect(keyOf({ ...cached, timeoutSeconds: 5 })).toBe(key);
  });

  it('takes the key that the step gives', () => {
    const keyed = { ...cached, cache: { key: 'k-{{input.k}}' } };
    const other = { inputs: { x: 2, k: 'same' } };
    expect(keyOf(keyed, { inputs: { x: 1, k: 'same' } } as never)).toBe(keyOf(keyed, other as never));
  });

  it('is kept as long as the step says, else as long as the Method says', () => {
    const methods = [aMethod('m', { type: 'http', http: { url: 'https://h' }, cacheSeconds: 60 })];
    const ttl = (step: object) => {
      const [look] = new PlannedRun({ steps: [call('a', step)] }, { methods }).actions;
      return look?.kind === 'look-up-cache' ? look.ttlSeconds : undefined;
    };
    expect([ttl({}), ttl({ cache: {} }), ttl({ cache: { ttlSeconds: 5 } })]).toEqual([60, 900, 5]);
  });
});

describe('planning', () => {
  it('changes nothing when the world is the same', () => {
    const run = new PlannedRun(
      { steps: [call('a'), choice('c', 'true', [[approval('ok')]]), loop('l', [call('x')])] },
      { inputs: { items: [1, 2] } },
    );
    run.fail('a');
    const before = structuredClone(run.status);
    run.nowMs += 500;
    run.step();
    expect(run.status).toEqual(before);
  });

  it('starts again what was recorded and is not seen, with the same content', () => {
    const run = new PlannedRun({ steps: [call('a', { inputs: { x: from('{{input.x}}') } })] }, { inputs: { x: 1 } });
    const [first] = run.actions;
    run.children.clear();
    run.step();
    expect(run.actions[1]).toEqual(first);
  });

  it('turns a state that cannot be into a failed run that says what is wrong', () => {
    const run = new PlannedRun({ steps: [call('a', { inputs: { x: from('{{b.v}}') } }), call('b')] });
    run.succeed('b', { v: 1 });
    run.status = { ...run.status, steps: (run.status.steps ?? []).filter(({ path }) => path !== 'b') };
    run.children.clear();
    run.step();
    expect(run.state).toBe('Failed ImpossibleState');
    expect(run.status.message).toContain("Step 'b' not found");
    expect(run.stateOf('a')).toBe('Cancelled ImpossibleState');
    run.settle();
    expect(run.state).toBe('Failed ImpossibleState');
  });

  it('ends a run that has more steps under way than status can hold', () => {
    const steps = [call('x'), ...Array.from({ length: 5 }, (_, index) => call(`y${index}`, { when: 'false' }))];
    const items = Array.from({ length: 1000 }, (_, index) => index);
    const run = new PlannedRun(
      { steps: [loop('l', steps, { maxParallel: 1000 })], execution: { maxParallel: 1000 } },
      { inputs: { items } },
    );
    expect(run.state).toBe('Failed TooManySteps');
    expect(run.status.steps ?? []).toEqual([]);
  });

  it('keeps the status of 100 finished steps with 8 KiB of outputs within 40 KiB', () => {
    const run = new PlannedRun({
      steps: Array.from({ length: 100 }, (_, index) => call(`collect_something_${index}`)),
      execution: { maxParallel: 100 },
    });
    for (let index = 0; index < 100; index += 1)
      run.end(`collect_something_${index}`, {
        result: 'Succeeded',
        outputs: { text: 'x'.repeat(70) },
        used: { promptTokens: 12_345, completionTokens: 678 },
      });
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
    const inline = (run.status.steps ?? [])
      .map(({ outputs }) => JSON.stringify(outputs ?? '').length)
      .reduce((sum, size) => sum + size, 0);
    expect(inline).toBeGreaterThan(8000);
    expect(JSON.stringify(run.status).length).toBeLessThanOrEqual(40 * 1024);
  });
});
