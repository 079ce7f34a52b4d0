import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { aCouncil } from '../../testing/a-world.ts';
import { reportOf, runOnMocks } from '../../testing/dry-run-case.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { approval, call, choice, from, group, loop } from '../../testing/planning-case.ts';
import { dryRun } from './dry-run.ts';
import type { DryRunReport } from './dry-run-report.ts';
import { noMocks } from './mocks.ts';

const once = { retryPolicy: { maxAttempts: 1 } };
const failing = { error: { message: 'it broke' } };

/** Phases and reasons by path. */
const states = ({ steps }: DryRunReport) =>
  Object.fromEntries(Object.entries(steps).map(([path, { phase, reason }]) => [path, `${phase} ${reason}`]));

const spans = ({ steps }: DryRunReport) =>
  Object.fromEntries(
    Object.entries(steps).map(([path, step]) => [path, [step.startedAtSeconds, step.finishedAtSeconds]]),
  );

describe('dryRun', () => {
  test('lets each attempt take its time by the virtual clock', () => {
    const report = reportOf(
      { steps: [call('a'), call('b', { dependsOn: ['a'] }), call('c')] },
      { mocks: { a: { durationSeconds: 0.5 }, c: { durationSeconds: 300 } } },
    );
    expect(spans(report)).toEqual({ a: [0, 0.5], c: [0, 300], b: [0.5, 1.5] });
  });

  test('plays a Council by the mock of its step, in however many pods it deliberates', () => {
    const step = { name: 'choose', type: 'council', council: 'board', topic: 'Which tea?' };
    const councils = [aCouncil('board', { roleRef: { name: 'drinker' }, isolation: 'pods' })];
    const { steps } = reportOf({ steps: [step] }, { councils, mocks: { choose: { outputs: { winner: 'ann' } } } });
    expect(Object.keys(steps)).toEqual(['choose']);
    expect(steps['choose']).toMatchObject({ phase: 'Succeeded', outputs: { winner: 'ann' }, attempts: 1 });
  });

  test('ends an attempt at its timeout', () => {
    const report = reportOf(
      { steps: [call('a', { ...once, timeoutSeconds: 5 })] },
      { mocks: { a: { durationSeconds: 6 } } },
    );
    expect(states(report)).toEqual({ a: 'Failed TimedOut' });
    expect(report.steps['a']?.history).toEqual([
      {
        ...{ attempt: 1, result: 'Failed', reason: 'TimedOut', message: 'it took longer than 5 s' },
        ...{ startedAtSeconds: 0, finishedAtSeconds: 5 },
      },
    ]);
    expect(report.durationSeconds).toBe(5);
  });

  test('shows an attempt that was stopped', () => {
    const { steps } = reportOf(
      { steps: [group('g', [call('a')], { timeoutSeconds: 5, onError: { continueOnFailure: true } })] },
      { mocks: { a: { durationSeconds: 60 } } },
    );
    expect(steps['g']).toMatchObject({ phase: 'Failed', reason: 'TimedOut', finishedAtSeconds: 5 });
    expect(steps['a']).toMatchObject({ phase: 'Cancelled', finishedAtSeconds: 5 });
    expect(steps['a']?.history).toMatchObject([{ result: 'Cancelled', startedAtSeconds: 0, finishedAtSeconds: 5 }]);
  });

  test('tells the inputs of every step, also of those that the planner carries out', () => {
    const check = { name: 'check', type: 'validation' as const, checks: {}, inputs: { n: from('{{item}}') } };
    const { steps } = reportOf({
      steps: [call('a', { inputs: { n: from('{{input.n}}') } }), loop('each', [check])],
      parameters: [
        { name: 'n', default: 3 },
        { name: 'items', default: ['x', 'y'] },
      ],
    });
    expect(steps['a']?.inputs).toEqual({ n: 3 });
    expect([steps['each[0].check']?.inputs, steps['each[1].check']?.inputs]).toEqual([{ n: 'x' }, { n: 'y' }]);
  });

  test('shows the iterations of a loop, which the status of a run forgets', () => {
    const report = reportOf(
      { steps: [loop('each', [call('x')], { maxParallel: 7 })] },
      { inputs: { items: [...Array(100).keys()] } },
    );
    expect(report.order).toHaveLength(101);
    expect(report.steps['each[99].x']).toMatchObject({
      phase: 'Succeeded',
      startedAtSeconds: 14,
      finishedAtSeconds: 15,
    });
  });

  test('keeps outputs that are too large for a status', () => {
    const large = { text: 'x'.repeat(5000) };
    const { steps, outputs } = reportOf(
      { steps: [call('a')], outputs: { all: from('{{a.text}}') } },
      { mocks: { a: { outputs: large } } },
    );
    expect(steps['a']?.outputs).toEqual(large);
    expect(outputs).toEqual({ all: large.text });
  });

  test('fails a step whose mock does not give what it promises', () => {
    const report = reportOf(
      { steps: [call('a', { outputs: { x: 'asset_x', y: 'asset_y' } })] },
      { mocks: { a: { outputs: { x: 1 } } } },
    );
    expect(states(report)).toEqual({ a: 'Failed OutputMissing' });
  });

  test('hits the cache for the same inputs within the run', () => {
    const cached = { cache: { key: 'k' } };
    const report = reportOf({ steps: [loop('each', [call('a', cached)])] }, { inputs: { items: [1, 2] } });
    expect([report.steps['each[0].a']?.reason, report.steps['each[1].a']?.reason]).toEqual(['Completed', 'CacheHit']);
    expect(report.steps['each[1].a']?.attempts).toBe(0);
  });

  test('lets a data transformation announce its asset', () => {
    const report = reportOf({
      steps: [
        { name: 'transform', type: 'data_transform', asset: 'silver.posts' },
        { name: 'wait', type: 'wait_for_asset', assets: ['silver.posts'], dependsOn: ['transform'] },
      ],
    });
    expect(states(report)).toEqual({ transform: 'Succeeded Completed', wait: 'Succeeded Completed' });
    expect(report.warnings).toEqual([]);
  });

  test('waits for an asset that a later step records', () => {
    const report = reportOf(
      {
        steps: [
          { name: 'wait', type: 'wait_for_asset', assets: ['posts_1'] },
          call('make', { outputs: { posts: 'posts_{{input.n}}' } }),
        ],
      },
      { inputs: { n: 1 }, mocks: { make: { outputs: { posts: ['hi'] }, durationSeconds: 30 } } },
    );
    expect(spans(report)['wait']).toEqual([0, 30]);
    expect(report.warnings).toEqual([]);
  });

  test('lets an asset come when its mock says, whatever it is', () => {
    const step = { name: 'wait', type: 'wait_for_asset' as const, assets: ['posts'] };
    const report = reportOf({ steps: [step] }, { mocks: { wait: { durationSeconds: 45 } } });
    expect(spans(report)['wait']).toEqual([0, 45]);
    expect(report.steps['wait']?.outputs).toEqual({ assets: { posts: 'posts' } });
  });

  test('lets a look outside find what the mock says', () => {
    const step = { name: 'wait', type: 'wait_for_asset' as const, http: { url: 'http://x' } };
    const report = reportOf({ steps: [step] }, { mocks: { wait: { outputs: { status: 200 }, durationSeconds: 7 } } });
    expect(report.steps['wait']).toMatchObject({ attempts: 1, outputs: { status: 200 }, finishedAtSeconds: 7 });
  });

  test('needs no name: a pipeline may stand in a WorkItem', () => {
    const spec = pipelineSpec.parse({ steps: [call('a')] });
    const world = { roles: [], methods: [], models: [], councils: [] };
    const result = dryRun({
      ...world,
      spec,
      inputs: {},
      mocks: noMocks,
      startAt: new Date('2026-01-05T08:00:00.000Z'),
    });
    expect(result).toMatchObject({ report: { phase: 'Succeeded' } });
  });

  test('begins in the order of time, not of the document', () => {
    const { order } = reportOf({ steps: [call('z', { dependsOn: ['a'] }), call('a')] });
    expect(order).toEqual(['a', 'z']);
  });

  describe('says why a step did not run:', () => {
    test.each(
      Object.entries({
        'nothing activated it': [[call('a'), call('b', { isChild: true })], 'Skipped NotActivated'],
        'its condition is false': [[call('b', { when: 'false' })], 'Skipped ConditionFalse'],
        'the other branch was taken': [[choice('c', 'false', [[call('b')]])], 'Skipped BranchNotTaken'],
        'what it needed was skipped': [
          [call('a', { when: 'false' }), call('b', { dependsOn: ['a'] })],
          'Skipped DependencySkipped',
        ],
        'what it needed had failed': [
          [call('bad', { ...once, onError: { continueOnFailure: true } }), call('b', { dependsOn: ['bad'] })],
          'Skipped DependencyFailed',
        ],
        'what it is a part of did not run': [[group('g', [call('b')], { when: 'false' })], 'Skipped ParentSkipped'],
        'the run had ended': [
          [call('bad', once), call('slow'), call('b', { dependsOn: ['slow'] })],
          'Skipped RunEnded',
        ],
        'its iteration had ended': [
          [loop('l', [call('bad', once), call('slow'), call('b', { dependsOn: ['slow'] })])],
          'Skipped RunEnded',
        ],
      } satisfies Record<string, [object[], string]>),
    )('%s', (_, [steps, state]) => {
      const mocks = JSON.stringify(steps).includes('"bad"') ? { bad: failing } : {};
      const report = reportOf({ steps: steps as never }, { inputs: { items: [1] }, mocks });
      expect(states(report)['b'] ?? states(report)['l[0].b']).toBe(state);
    });
  });
});

describe('a dry-run with gates', () => {
  const steps = [call('a'), approval('release', { dependsOn: ['a'] }), call('b', { dependsOn: ['release'] })];

  test('waits where nobody decides', () => {
    const report = reportOf({ steps });
    expect([report.phase, report.reason]).toEqual(['Waiting', 'StepsWaiting']);
    expect(states(report)).toEqual({
      ...{ a: 'Succeeded Completed', release: 'Waiting WaitingForDecision', b: 'Waiting WaitingForDependencies' },
    });
    expect(report.waitingFor.map(({ kind, name, step }) => [kind, name, step])).toEqual([
      ['decision', 'release', 'release'],
    ]);
    expect(report.durationSeconds).toBe(1);
  });

  test('goes on when it is approved', () => {
    const report = reportOf({ steps }, { mocks: { approvals: { release: 'approved' } } });
    expect(report.phase).toBe('Succeeded');
    expect(report.steps['release']?.outputs).toEqual({ decision: 'approved', approvers: ['dry-run'], message: '' });
  });

  test('fails when it is rejected, with what was said', () => {
    const release = { decision: 'rejected', comment: 'not on a Friday', durationSeconds: 60 };
    const report = reportOf({ steps }, { mocks: { approvals: { release } } });
    expect(states(report)).toMatchObject({ release: 'Failed Rejected', b: 'Skipped RunEnded' });
    expect(report.steps['release']?.message).toBe('rejected at the gate release: not on a Friday');
    expect(report.steps['release']?.finishedAtSeconds).toBe(61);
  });

  test('asks as many different people as the gate wants', () => {
    const approvals = [{ role: 'po', count: 2 }, { role: 'qa' }];
    const report = reportOf(
      { steps: [approval('release', { approvals })] },
      { mocks: { approvals: { release: 'approved' } } },
    );
    expect(report.steps['release']?.outputs['approvers']).toEqual(['dry-run', 'dry-run-2', 'dry-run-3']);
  });

  test('waits for more people when the mock names too few', () => {
    const gate = approval('release', { approvals: [{ role: 'po', count: 2 }] });
    const run = (by: string | string[]) =>
      reportOf({ steps: [gate] }, { mocks: { approvals: { release: { decision: 'approved', by } } } });
    expect(run('ann').phase).toBe('Waiting');
    expect(run('ann').waitingFor[0]?.missing).toBe(1);
    expect(run(['ann', 'bob']).phase).toBe('Succeeded');
  });

  test('takes the people that the mock names one after the other: nobody decides in two roles', () => {
    const gate = approval('release', { approvals: [{ role: 'po' }, { role: 'qa' }] });
    const run = (by: string | string[]) =>
      reportOf({ steps: [gate] }, { mocks: { approvals: { release: { decision: 'approved', by } } } });
    expect(run('ann').waitingFor[0]?.roles).toEqual(['qa']);
    expect(run(['ann', 'ann']).waitingFor[0]?.roles).toEqual(['qa']);
    expect(run(['ann', 'bob']).steps['release']?.outputs['approvers']).toEqual(['ann', 'bob']);
  });

  test('runs again from where a rejection sends it, and asks again', () => {
    const back = [call('a'), approval('release', { dependsOn: ['a'], returnTo: 'a' })];
    const report = reportOf({ steps: back }, { mocks: { approvals: { release: ['rejected', 'approved'] } } });
    expect(report.phase).toBe('Succeeded');
    expect(report.steps['a']?.attempts).toBe(2);
    const stubborn = reportOf({ steps: back }, { mocks: { approvals: { release: 'rejected' } } });
    expect([stubborn.phase, stubborn.steps['a']?.attempts]).toEqual(['Waiting', 2]);
  });

  test('lets other work go on meanwhile, its retries too', () => {
    const report = reportOf(
      { steps: [approval('release'), call('a')] },
      { mocks: { a: { attempts: [failing, failing, {}] } } },
    );
    expect(report.phase).toBe('Waiting');
    expect(report.steps['a']).toMatchObject({ phase: 'Succeeded', attempts: 3, finishedAtSeconds: 9 });
  });

  test('does not let the gate expire while nothing else happens', () => {
    expect(reportOf({ steps: [approval('release', { expiresSeconds: 60 })] }).phase).toBe('Waiting');
  });

  test('waits before the first step in safe mode', () => {
    const pipeline = { steps: [call('a')], execution: { mode: 'safe' as const } };
    const waiting = reportOf(pipeline);
    expect([waiting.phase, waiting.reason, waiting.steps['a']?.phase]).toEqual([
      'Waiting',
      'WaitingForStart',
      'Waiting',
    ]);
    expect(reportOf(pipeline, { mocks: { approvals: { start: 'approved' } } }).phase).toBe('Succeeded');
    expect(reportOf(pipeline, { mocks: { approvals: { start: 'rejected' } } })).toMatchObject({
      ...{ phase: 'Failed', reason: 'StartRejected', order: [] },
    });
  });
});

describe('mocks that do not fit their steps', () => {
  const outputs = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  const methods = [aMethod('m', { type: 'http', http: { url: 'http://x' }, outputs })];

  test('end the dry-run, and it says where', () => {
    const mocks = { a: { attempts: [failing, { outputs: { n: 'many' } }] } };
    const result = runOnMocks({ steps: [call('a')] }, { methods, mocks });
    expect(result).toEqual({
      issues: [
        {
          code: 'MockMisfit',
          path: ['a', 'attempts', 1, 'outputs', 'n'],
          message: expect.stringMatching(/^the outputs of a do not fit its schema: n must be /) as string,
        },
      ],
    });
  });

  test('are told once for each place, and as a whole where the whole is wrong', () => {
    const strict = [aMethod('m', { type: 'http', http: { url: 'http://x' }, outputs: { minProperties: 1 } })];
    const result = runOnMocks({ steps: [call('a')] }, { methods: strict, mocks: { a: { outputs: {} } } });
    expect(result).toMatchObject({
      issues: [{ path: ['a', 'outputs'], message: expect.stringContaining('do not fit its schema: they ') as string }],
    });
  });

  test('are not measured by a schema that cannot be used', () => {
    const broken = [aMethod('m', { type: 'http', http: { url: 'http://x' }, outputs: { $ref: 'http://elsewhere' } })];
    const mocks = { a: { outputs: {} } };
    expect(runOnMocks({ steps: [call('a')] }, { methods: broken, mocks })).toHaveProperty('report');
  });

  test('are found by the Method that a template leads to', () => {
    const mocks = { a: { outputs: { n: 0.5 } } };
    const step = call('a', { method: '{{input.method}}' });
    expect(runOnMocks({ steps: [step] }, { methods, mocks, inputs: { method: 'm' } })).toHaveProperty('issues');
    expect(runOnMocks({ steps: [step] }, { methods, mocks, inputs: { method: 'other' } })).toHaveProperty('report');
  });

  test('fit when they do', () => {
    expect(reportOf({ steps: [call('a')] }, { methods, mocks: { a: { outputs: { n: 5 } } } }).phase).toBe('Succeeded');
  });
});

describe('a dry-run without inputs', () => {
  test('makes up what has to be given, and says so', () => {
    const report = reportOf({
      parameters: [
        ...[{ name: 'user' }, { name: 'limit', type: 'integer' as const }, { name: 'deep', default: false }],
        ...[{ name: 'note', required: false }],
      ],
      steps: [call('a', { inputs: { user: from('{{input.user.name}}'), limit: from('{{input.limit}}') } })],
    });
    expect(typeof report.steps['a']?.inputs['limit']).toBe('number');
    expect(report.steps['a']?.inputs['user']).toBe('user.name');
    expect(report.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the input 'user' was not given; it is made up: {"name":"user.name"}$/),
      expect.stringMatching(/^the input 'limit' was not given; it is made up: -?\d+$/),
    ]);
  });

  test('makes up those that templates name, where none are declared', () => {
    const report = reportOf({ steps: [call('a', { inputs: { x: from('{{input.x}}') } })] });
    expect(report.steps['a']?.inputs).toEqual({ x: 'x' });
  });

  test('refuses what is given and does not fit', () => {
    const report = reportOf(
      { parameters: [{ name: 'n', type: 'integer' }], steps: [call('a')] },
      { inputs: { n: 'x' } },
    );
    expect([report.phase, report.reason, report.order]).toEqual(['Failed', 'InputsInvalid', []]);
  });
});

describe('a dry-run that does not come to an end', () => {
  test('is given up', () => {
    const report = reportOf(
      { steps: [loop('each', [call('x')], { maxParallel: 1000 })], execution: { maxParallel: 1000 } },
      { inputs: { items: [...Array(11_000).keys()] } },
    );
    expect([report.phase, report.reason]).toEqual(['Failed', 'NotEnded']);
    expect(report.message).toMatch(/^it had not ended after 10000 attempts/);
  });

  test('is given up after a hundred years', () => {
    const year = 31_536_000;
    const step = call('x', { timeoutSeconds: year });
    const report = reportOf(
      { steps: [loop('each', [step])] },
      { inputs: { items: [...Array(200).keys()] }, mocks: { x: { durationSeconds: year - 1 } } },
    );
    expect([report.phase, report.message]).toEqual(['Failed', 'it had not ended after a hundred years']);
  });
});
