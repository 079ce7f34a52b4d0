import { describe, expect, test } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { type Change, planChange } from './plan-change.ts';

const at = '2026-01-05T08:00:00.000Z';
const aWorkItem = (spec: WorkItem['spec'] = {}, status: WorkItem['status'] = {}): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { name: 'w', namespace: 'team' } },
  ...{ spec, status },
});
const running = { phase: 'Running', startedAt: at } as const;
const failed: WorkItemStatus = {
  ...{ phase: 'Failed', startedAt: at, finishedAt: at },
  ending: { phase: 'Failed', reason: 'StepFailed' },
};
const succeeded: WorkItemStatus = { phase: 'Succeeded', startedAt: at, finishedAt: at };
const cleaningUp: WorkItemStatus = { ...running, ending: { phase: 'Failed', reason: 'StepFailed' } };

describe('a change of course', () => {
  test.each<[string, Change, WorkItem, object]>([
    ['pauses what runs', 'pause', aWorkItem({}, running), { suspend: true }],
    ['pauses what has not begun', 'pause', aWorkItem(), { suspend: true }],
    ['resumes what is paused', 'resume', aWorkItem({ suspend: true }, running), { suspend: false }],
    ['cancels what runs', 'cancel', aWorkItem({}, running), { cancel: true }],
    ['cancels what is paused', 'cancel', aWorkItem({ suspend: true }), { cancel: true }],
    ['tries again what failed', 'retry', aWorkItem({}, failed), { retryCount: 1 }],
    ['tries again once more', 'retry', aWorkItem({ retryCount: 2 }, { ...failed, retryCount: 2 }), { retryCount: 3 }],
    ['tries again what still cleans up', 'retry', aWorkItem({}, cleaningUp), { retryCount: 1 }],
  ])('%s', (_, change, workItem, spec) => {
    expect(planChange(change, workItem)).toEqual({ spec });
  });

  test.each<[Change, string, WorkItem, string]>([
    ['pause', 'AlreadyEnded', aWorkItem({}, succeeded), 'w has ended as Succeeded: there is nothing to pause'],
    ['pause', 'AlreadyPaused', aWorkItem({ suspend: true }, running), 'w is paused already'],
    ['resume', 'NotPaused', aWorkItem({}, running), 'w is not paused'],
    [
      'resume',
      'AlreadyEnded',
      aWorkItem({ suspend: true }, failed),
      'w has ended as Failed: there is nothing to resume',
    ],
    ['cancel', 'AlreadyEnded', aWorkItem({}, failed), 'w has ended as Failed: there is nothing to cancel'],
    ['cancel', 'AlreadyCancelled', aWorkItem({ cancel: true }, running), 'w is being cancelled already'],
    ['retry', 'NotFailed', aWorkItem({}, running), 'w is Running: only what has failed is tried again'],
    ['retry', 'NotFailed', aWorkItem({}, succeeded), 'w has ended as Succeeded: only what has failed is tried again'],
    ['retry', 'NotFailed', aWorkItem(), 'w is Pending: only what has failed is tried again'],
    [
      'retry',
      'Cancelled',
      aWorkItem({ cancel: true }, { phase: 'Cancelled', finishedAt: at }),
      'w was cancelled, and stays so',
    ],
    ['retry', 'AlreadyAsked', aWorkItem({ retryCount: 1 }, failed), 'a retry of w is asked for already'],
    [
      'retry',
      'TooManyRetries',
      aWorkItem({ retryCount: 1000 }, { ...failed, retryCount: 1000 }),
      'w was tried again 1000 times already',
    ],
    [
      ...(['retry', 'NeverBegan'] as const),
      aWorkItem({}, { phase: 'Failed', finishedAt: at, reason: 'InputsInvalid', message: 'no month' }),
      'w failed before it began: no month',
    ],
  ])('%s is refused as %s', (change, reason, workItem, message) => {
    expect(planChange(change, workItem)).toMatchObject({ refusal: { exitCode: 1, code: 409, reason, message } });
  });
});
