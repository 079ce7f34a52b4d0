import { describe, expect, it } from 'vitest';
import { type StepStatus, waitingKinds } from '../../api/step-status.ts';
import type { Waiting, WorkItemStatus } from '../../api/work-item-status.ts';
import { describeProgress } from './describe-progress.ts';

const at = '2026-01-05T08:00:00.000Z';

const steps = (...given: readonly Partial<StepStatus>[]): WorkItemStatus => ({
  steps: given.map((step) => ({ path: 'build', phase: 'Running', ...step })),
});

const waits = (...given: readonly Partial<Waiting>[]): WorkItemStatus => ({
  waitingFor: given.map((each) => ({ kind: 'decision', name: 'review', since: at, message: 'one approval', ...each })),
});

const pipeline = { revision: 'order-1234', digest: `sha256:${'1'.repeat(64)}` };

interface Case {
  readonly before?: WorkItemStatus;
  readonly after: WorkItemStatus;
  /** Type, reason and note of each notice. */
  readonly told: readonly string[];
}

const cases: Record<string, Case> = {
  'that it began, and with what': {
    after: { startedAt: at, pipeline },
    told: ['Normal Started runs order-1234'],
  },
  'that it began, also when it is not said with what': {
    before: {},
    after: { startedAt: at },
    told: ['Normal Started runs its pipeline'],
  },
  'nothing of a beginning that was told': { before: { startedAt: at }, after: { startedAt: at, pipeline }, told: [] },
  'nothing before it began': { after: {}, told: [] },

  'that it is late': {
    before: { sla: { dueAt: at } },
    after: { sla: { dueAt: at, missedAt: at } },
    told: [`Warning Overdue it was to be done by ${at}`],
  },
  'that it is late, once': {
    before: { sla: { dueAt: at, missedAt: at } },
    after: { sla: { dueAt: at, missedAt: at } },
    told: [],
  },
  'that it is late again, by another time': {
    before: { sla: { dueAt: '2026-01-05T07:00:00.000Z', missedAt: at } },
    after: { sla: { dueAt: at, missedAt: at } },
    told: [`Warning Overdue it was to be done by ${at}`],
  },
  'nothing of what is to be done later': { after: { sla: { dueAt: at } }, told: [] },

  'that a step failed, and why': {
    before: steps({}),
    after: steps({ phase: 'Failed', reason: 'AttemptsExhausted', message: 'no answer' }),
    told: ['Warning StepFailed build: AttemptsExhausted: no answer'],
  },
  'that a step failed which was never seen before': {
    after: steps({ phase: 'Failed', reason: 'InputUnresolved' }),
    told: ['Warning StepFailed build: InputUnresolved'],
  },
  'that a step failed without a reason': {
    after: steps({ phase: 'Failed' }),
    told: ['Warning StepFailed build'],
  },
  'nothing of a step whose failure was told': {
    before: steps({ phase: 'Failed' }),
    after: steps({ phase: 'Failed', message: 'more' }),
    told: [],
  },
  'that an attempt failed and another follows': {
    before: steps({ failures: 1 }),
    after: steps({ failures: 2, phase: 'Waiting', message: 'tries again in 4 s' }),
    told: ['Warning AttemptFailed build: tries again in 4 s'],
  },
  'the first failed attempt too': {
    before: steps({}),
    after: steps({ failures: 1, phase: 'Waiting' }),
    told: ['Warning AttemptFailed build'],
  },
  'nothing of a disruption: it counts as no failure': {
    before: steps({ failures: 1 }),
    after: steps({ failures: 1, phase: 'Waiting' }),
    told: [],
  },
  'nothing of failed attempts of a step that has succeeded since': {
    before: steps({}),
    after: steps({ failures: 1, phase: 'Succeeded' }),
    told: [],
  },
  'a failed attempt once, though the next one runs': {
    before: steps({ failures: 1, phase: 'Waiting' }),
    after: steps({ failures: 1, phase: 'Running' }),
    told: [],
  },
  'nothing of steps that succeed': {
    before: steps({}),
    after: steps({ phase: 'Succeeded' }),
    told: [],
  },

  'what it waits for now, and which step does': {
    before: {},
    after: waits({ step: 'ok' }),
    told: ['Normal Waiting ok: one approval'],
  },
  'what the whole of it waits for': { after: waits({}), told: ['Normal Waiting one approval'] },
  'nothing of what it waits for still': { before: waits({}), after: waits({ message: 'still' }), told: [] },
  'that a gate asks about something else now': {
    before: waits({ digest: `sha256:${'1'.repeat(64)}` }),
    after: waits({ digest: `sha256:${'2'.repeat(64)}`, message: 'to approve 22222222' }),
    told: ['Normal Waiting to approve 22222222'],
  },
  'that it waits for another of the same kind, and for another kind of the same name': {
    before: waits({}),
    after: waits({}, { name: 'release', message: 'second' }, { kind: 'budget', message: 'third' }),
    told: ['Normal Waiting second', 'Normal Waiting third'],
  },

  'that it succeeded': {
    before: { startedAt: at },
    after: {
      startedAt: at,
      finishedAt: at,
      progress: '3/3',
      ending: { phase: 'Succeeded', reason: 'AllStepsSucceeded' },
    },
    told: ['Normal Succeeded 3/3 steps; AllStepsSucceeded'],
  },
  'that it failed, as a warning': {
    before: { startedAt: at },
    after: {
      ...{ startedAt: at, finishedAt: at, progress: '1/3' },
      ending: { phase: 'Failed', reason: 'StepFailed', message: 'build failed' },
    },
    told: ['Warning Failed 1/3 steps; StepFailed: build failed'],
  },
  'nothing of an end that is certain while cleaning up goes on': {
    before: {},
    after: { ending: { phase: 'Failed', reason: 'StepFailed' } },
    told: [],
  },
  'nothing of an end that was told': {
    before: { finishedAt: at },
    after: { finishedAt: at, ending: { phase: 'Succeeded', reason: 'x' } },
    told: [],
  },
  'nothing of an end that does not say how': { before: {}, after: { finishedAt: at }, told: [] },
  'everything in order when it begins and ends at once': {
    after: {
      ...{ startedAt: at, finishedAt: at, pipeline, progress: '1/1' },
      ...steps({ phase: 'Failed', reason: 'NotServed', message: 'cannot run it' }),
      ...waits({ kind: 'policy', message: 'policies are missing' }),
      ending: { phase: 'Failed', reason: 'StepFailed' },
    },
    told: [
      'Normal Started runs order-1234',
      'Warning StepFailed build: NotServed: cannot run it',
      'Normal Waiting policies are missing',
      'Warning Failed 1/1 steps; StepFailed',
    ],
  },
};

describe('people hear of a WorkItem', () => {
  it.each(Object.entries(cases))('%s', (_, { before, after, told }) => {
    expect(describeProgress(before, after).map(({ type, reason, note }) => `${type} ${reason} ${note}`)).toEqual(told);
  });

  it('only of waits that somebody has to do something about', () => {
    const told = waitingKinds.filter((kind) => describeProgress(undefined, waits({ kind })).length > 0);
    expect(told).toEqual(['decision', 'gpu', 'image', 'budget', 'dependency', 'policy']);
  });

  it('what the operator did, in a word', () => {
    const { after } = cases['everything in order when it begins and ends at once']!;
    expect(describeProgress(undefined, after).map(({ action }) => action)).toEqual(['Start', 'RunStep', 'Wait', 'End']);
  });
});
