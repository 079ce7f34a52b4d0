import { describe, expect, it } from 'vitest';
import { stepPhases, type StepStatus } from '../../api/step-status.ts';
import { describeSteps } from './describe-steps.ts';

const status = (phase: StepStatus['phase'] | undefined, more: Partial<StepStatus> = {}) =>
  phase === undefined ? {} : { steps: [{ path: 'build', phase, ...more }] };

type Phase = StepStatus['phase'] | 'absent';

/** What is told of a step that goes from one phase to another; nothing of any other change. */
const told: Readonly<Record<string, string>> = {
  'absent to Running': 'step.started',
  'Pending to Running': 'step.started',
  'Succeeded to Running': 'step.started',
  'Failed to Running': 'step.started',
  'Skipped to Running': 'step.started',
  'Cancelled to Running': 'step.started',
};
const endings: Partial<Record<Phase, string>> = {
  Succeeded: 'step.completed',
  Skipped: 'step.completed',
  Failed: 'step.failed',
  Cancelled: 'step.failed',
};

const phases: readonly Phase[] = ['absent', ...stepPhases];
const changes = phases.flatMap((from) => stepPhases.map((to) => [from, to] as const));

describe('a step', () => {
  it.each(changes)('that goes from %s to %s is told of', (from, to) => {
    const before = from === 'absent' ? undefined : status(from);
    const expected = from === to ? undefined : (told[`${from} to ${to}`] ?? endings[to]);
    expect(describeSteps(before, status(to)).map(({ event }) => event)).toEqual(
      expected === undefined ? [] : [expected],
    );
  });

  it('is told of by its path and phase, why, and how long it took', () => {
    const startedAt = '2026-01-05T08:00:00.000Z';
    const finishedAt = '2026-01-05T08:00:01.250Z';
    const after = status('Failed', { reason: 'NotRetryable', startedAt, finishedAt });
    expect(describeSteps(status('Running'), after)).toEqual([
      { event: 'step.failed', step: 'build', phase: 'Failed', reason: 'NotRetryable', duration_ms: 1_250 },
    ]);
  });

  it.each([
    ['that never began', { finishedAt: '2026-01-05T08:00:00.000Z' }],
    ['that goes on', { startedAt: '2026-01-05T08:00:00.000Z' }],
  ])('%s took no time', (_, times) => {
    const [event] = describeSteps(undefined, status('Skipped', times));
    expect(event).toEqual({ event: 'step.completed', step: 'build', phase: 'Skipped' });
  });
});

describe('steps', () => {
  it('are told of in their order, each by what it was itself', () => {
    const before = { steps: [step('a', 'Running'), step('b', 'Running')] };
    const after = { steps: [step('a', 'Succeeded'), step('b', 'Running'), step('c', 'Running')] };
    const lines = describeSteps(before, after).map(({ event, step: path }) => `${event} ${path}`);
    expect(lines).toEqual(['step.completed a', 'step.started c']);
  });

  it('that are gone are told of by others', () => {
    expect(describeSteps(status('Running'), {})).toEqual([]);
  });
});

function step(path: string, phase: StepStatus['phase']): StepStatus {
  return { path, phase };
}
