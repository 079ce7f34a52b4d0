import { describe, expect, it } from 'vitest';
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

const again = { comment: 'again' };
const items = (...values: unknown[]) => ({ inputs: { items: values as string[] } });
const costs = (costUnits: string) => ({ result: 'Succeeded' as const, used: { costUnits } });
const routes = (...steps: object[]) => ({ onSuccess: { routes: [{ match: { expression: 'true' }, steps }] } });

const sendingBack: Record<string, PlanningCase> = {
  'a rejection that would send the work to a step that is not there fails the step': {
    steps: [approval('ok', { returnTo: 'nowhere' })],
    when: (run) => run.decide('ok', 'rejected', again),
    states: { ok: 'Failed Rejected' },
  },
  'what builds on it and runs is stopped, and runs again': {
    steps: [call('a'), call('b', { dependsOn: ['a'] }), approval('ok', { dependsOn: ['a'], returnTo: 'a' })],
    when: (run) => run.succeed('a').decide('ok', 'rejected', again),
    started: ['a', 'b', 'a'],
    states: { b: 'Pending SentBack' },
    then: (run) => {
      expect(run.actions).toContainEqual({ kind: 'stop-attempt', path: 'b', attempt: 1, reason: 'SentBack' });
      run.succeed('a');
      expect(run.startOf('b')?.attempt).toBe(2);
    },
  },
  'work is sent back inside of a group that goes on': {
    steps: [group('g', [call('a'), call('slow'), approval('ok', { dependsOn: ['a'], returnTo: 'a' })])],
    when: (run) => run.succeed('a').decide('ok', 'rejected', again),
    started: ['a', 'slow', 'a'],
    running: ['a', 'slow'],
    states: { g: 'Running PartsRunning' },
  },
  'a group of which several parts begin again is open once': {
    steps: [
      group('g', [call('a'), call('b', { dependsOn: ['a'] })]),
      approval('ok', { dependsOn: ['g'], returnTo: 'a' }),
    ],
    when: (run) => run.succeed('a').succeed('b').decide('ok', 'rejected', again).succeed('a'),
    started: ['a', 'b', 'a', 'b'],
    states: { g: 'Running PartsRunning' },
    then: (run) => expect(run.record('g')?.round).toBe(2),
  },
  'work is sent back to a step that a route brought': {
    steps: [call('a', routes(call('r'))), approval('ok', { dependsOn: ['r'], returnTo: 'r' })],
    when: (run) => run.succeed('a').succeed('r').decide('ok', 'rejected', again),
    started: ['a', 'r', 'r'],
    states: { a: 'Succeeded Completed' },
  },
  'a child step to which work is sent back stays activated': {
    steps: [
      call('a', { check: [{ boolean: 'true', run: 'c' }] }),
      call('c', { isChild: true }),
      approval('ok', { dependsOn: ['c'], returnTo: 'c' }),
    ],
    when: (run) => run.succeed('a').succeed('c').decide('ok', 'rejected', again),
    started: ['a', 'c', 'c'],
  },
  'a child step that built on it has to be activated again': {
    steps: [
      call('a', { check: [{ boolean: 'n > 1', run: 'c' }] }),
      call('c', { isChild: true }),
      approval('ok', { dependsOn: ['c'], returnTo: 'a' }),
    ],
    when: (run) => run.succeed('a', { n: 2 }).succeed('c').decide('ok', 'rejected', again).succeed('a', { n: 1 }),
    started: ['a', 'c', 'a'],
    states: { c: 'Skipped NotActivated' },
  },
  'a step that was sent back twice is told what was said last': {
    steps: [call('a'), approval('ok', { dependsOn: ['a'], returnTo: 'a' })],
    when: (run) =>
      run
        .succeed('a')
        .decide('ok', 'rejected', { comment: 'one' })
        .succeed('a')
        .decide('ok', 'rejected', { comment: 'two' }),
    then: (run) => expect(run.startOf('a')).toMatchObject({ attempt: 3, feedback: 'two' }),
  },
  'the approval of the start is no feedback': {
    steps: [call('a'), approval('ok', { dependsOn: ['a'], returnTo: 'a' })],
    pipeline: { execution: { mode: 'safe' } },
    when: (run) =>
      run.decide('start', 'approved', { role: 'planning', comment: 'go' }).succeed('a').decide('ok', 'rejected', again),
    then: (run) => expect(run.startOf('a')?.feedback).toBe('again'),
  },
  'the attempts of iterations that begin again have numbers of their own': {
    steps: [
      call('a'),
      loop('l', [call('x')], { dependsOn: ['a'], maxParallel: 2 }),
      approval('ok', { dependsOn: ['a'], returnTo: 'a' }),
    ],
    given: items('one', 'two'),
    when: (run) => run.succeed('a').succeed('l[0].x').decide('ok', 'rejected', again).succeed('a'),
    started: ['a', 'l[0].x', 'l[1].x', 'a', 'l[0].x', 'l[1].x'],
    then: (run) => expect([run.startOf('l[0].x')?.attempt, run.startOf('l[1].x')?.attempt]).toEqual([2, 2]),
  },
  'what iterations used stays used when they begin again': {
    steps: [loop('l', [call('x')]), approval('ok', { dependsOn: ['l'], returnTo: 'l' })],
    given: items('one'),
    when: (run) => run.end('l[0].x', costs('0.25')).decide('ok', 'rejected', again).end('l[0].x', costs('0.5')),
    then: (run) => expect(run.status.usage).toEqual({ costUnits: '0.75' }),
  },
  'a group to which work is sent back has its time anew': {
    steps: [group('g', [call('a')], { timeoutSeconds: 60 }), approval('ok', { dependsOn: ['g'], returnTo: 'a' })],
    when: (run) => run.succeed('a').wait(100).decide('ok', 'rejected', again).wait(59),
    running: ['a'],
    states: { g: 'Running PartsRunning' },
  },
  'iterations of a loop inside of a loop too': {
    steps: [
      call('a'),
      loop('l', [loop('m', [call('x')], { loopVariable: 'part', iterateOver: [1] })], { dependsOn: ['a'] }),
      approval('ok', { dependsOn: ['a'], returnTo: 'a' }),
    ],
    given: items('one'),
    when: (run) => run.succeed('a').fail('l[0].m[0].x').wait(2).decide('ok', 'rejected', again).succeed('a'),
    started: ['a', 'l[0].m[0].x', 'l[0].m[0].x', 'a', 'l[0].m[0].x'],
    then: (run) => expect(run.startOf('l[0].m[0].x')?.attempt).toBe(3),
  },
};

const retrying: Record<string, PlanningCase> = {
  'what was skipped because something was skipped for a failure runs too': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 } }),
      call('b', { dependsOn: ['a'], onError: { continueOnFailure: true } }),
      call('c', { dependsOn: ['b'] }),
    ],
    when: (run) => run.fail('a').change({ retryCount: 1 }).succeed('a').succeed('b'),
    started: ['a', 'a', 'b', 'c'],
  },
  'a loop that took too long goes on, and gives no number twice': {
    steps: [loop('l', [call('x')], { timeoutSeconds: 60 })],
    given: items('one', 'two'),
    when: (run) => run.succeed('l[0].x').wait(60).change({ retryCount: 1 }),
    started: ['l[0].x', 'l[1].x', 'l[1].x'],
    then: (run) => expect(run.startOf('l[1].x')?.attempt).toBe(2),
  },
  'a loop that took too long has its time anew, and keeps the iterations that had succeeded': {
    steps: [loop('l', [call('x')], { timeoutSeconds: 60 }), call('z', { inputs: { v: from('{{l.results}}') } })],
    given: items('one', 'two'),
    when: (run) =>
      run.succeed('l[0].x', { v: 1 }).wait(60).change({ retryCount: 1 }).wait(59).succeed('l[1].x', { v: 2 }),
    inputs: { z: { v: [{ x: { v: 1 } }, { x: { v: 2 } }] } },
  },
  'a run that took too long has its time anew': {
    steps: [call('a')],
    pipeline: { execution: { timeoutSeconds: 60 } },
    when: (run) => run.wait(60).change({ retryCount: 1 }).wait(59).succeed('a'),
    started: ['a', 'a'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a loop whose iterations failed before any attempt begins them again': {
    steps: [loop('l', [call('x', { inputs: { v: from('{{item.v}}') } })])],
    given: items({ w: 1 }),
    when: (run) => run.change({ retryCount: 1 }),
    states: { l: 'Failed PartFailed' },
    messages: { l: "Field 'v' not found in item" },
    then: (run) => expect(run.record('l')?.round).toBe(2),
  },
  'a branch goes on with what failed in it': {
    steps: [
      choice('c', 'true', [[call('a'), call('b', { dependsOn: ['a'], retryPolicy: { maxAttempts: 1 } })]]),
      call('z', { dependsOn: ['c'] }),
    ],
    when: (run) => run.succeed('a').fail('b').change({ retryCount: 1 }).succeed('b'),
    started: ['a', 'b', 'b', 'z'],
  },
};

describe.each([
  ['work that is sent back', sendingBack],
  ['a retry of what failed', retrying],
])('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
