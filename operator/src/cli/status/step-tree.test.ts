import { describe, expect, test } from 'vitest';
import type { StepStatus } from '../../api/step-status.ts';
import { call, choice, group, loop } from '../../testing/planning-case.ts';
import { PlannedRun } from '../../testing/planned-run.ts';
import { explainPendingSteps } from '../../core/work-item/explain-pending-steps.ts';
import { pipelineGraph } from '../../core/pipeline/pipeline-graph.ts';
import { stepTree } from './step-tree.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const done = { phase: 'Succeeded', startedAt: at(0), finishedAt: at(2.5) } as const;

function linesOf(steps: readonly StepStatus[], more: object = {}, nowSeconds = 10): readonly string[] {
  return stepTree({ steps: [...steps], ...more }, undefined, nowSeconds * 1000).map(
    ({ depth, label, phase, took, note }) => [`${' '.repeat(depth)}${label}`, phase, took, note].join('|'),
  );
}

describe('the tree of steps', () => {
  test('says phase, time, attempts and why, with iterations below their loop', () => {
    const attempts = [
      { number: 1 },
      { number: 2, progress: { turns: 3, toolCalls: 1, promptTokens: 5, completionTokens: 6, at: at(4) } },
    ];
    const steps: readonly StepStatus[] = [
      { path: 'get', ...done, reason: 'Completed', message: 'no need to say it' },
      { path: 'each', ...done, iterations: { count: 3, succeeded: '0-1', failed: '2' } },
      { path: 'ask', phase: 'Running', startedAt: at(4), attempts },
      { path: 'each[0].sum', ...done, reason: 'CacheHit' },
      { path: 'each[1].sum', ...done },
      { path: 'choose', ...done, branch: 'ifTrue' },
      { path: 'other', phase: 'Skipped', message: 'the branch ifTrue was taken' },
      { path: 'again', phase: 'Waiting', reason: 'WaitingToRetry', retryAt: at(20), round: 2 },
      { path: 'publish', phase: 'Waiting', startedAt: at(5) },
    ];
    const waitingFor = [
      { kind: 'decision', name: 'publish', step: 'publish', since: at(5), message: 'one person of the role review' },
    ];
    expect(linesOf(steps, { waitingFor })).toEqual([
      'get|Succeeded|2.5 s|',
      'each|Succeeded|2.5 s|3 items (failed: 2)',
      ' [0].sum|Succeeded|2.5 s|from the cache',
      ' [1].sum|Succeeded|2.5 s|',
      'ask|Running|6 s|attempt 2, 3 turns, 1 calls of tools, 11 tokens so far',
      'choose|Succeeded|2.5 s|took the branch ifTrue',
      'other|Skipped||the branch ifTrue was taken',
      'again|Waiting||round 2, WaitingToRetry, again at 1970-01-01T00:00:20.000Z',
      'publish|Waiting|5 s|waits for decision publish: one person of the role review',
    ]);
  });

  test('keeps loops apart whose names begin the same, and loops in loops', () => {
    const paths = ['a', 'ab', 'ab[0].x', 'ab[0].l', 'ab[0].l[1].y', 'ab[10].x', 'ab[2].x'];
    expect(linesOf(paths.map((path) => ({ path, phase: 'Failed' })))).toEqual(
      ['a', 'ab', ' [0].x', ' [0].l', '  [1].y', ' [2].x', ' [10].x'].map((label) => `${label}|Failed||`),
    );
  });

  test('shows what has no step around it at the top', () => {
    expect(linesOf([{ path: 'gone[0].x', phase: 'Failed' }])).toEqual(['[0].x|Failed||']);
  });

  test('has the steps that have not begun, and the order and the parts of the pipeline', () => {
    const steps = [
      call('first'),
      group('g', [call('x'), call('y')], { dependsOn: ['first'] }),
      choice('c', 'true', [[call('yes')], [call('no')]], { dependsOn: ['first'] }),
      loop('l', [call('in')], { iterateOver: [1, 2] }),
    ];
    const run = new PlannedRun({ steps, onExit: [call('bye')] });
    const observed = run.observed();
    const known = { graph: pipelineGraph(observed.pinned.spec), pending: explainPendingSteps(observed) };
    const shown = stepTree(observed.workItem.status ?? {}, known, 0).map(
      ({ depth, label, phase, note }) => `${' '.repeat(depth)}${label} ${phase} ${note}`,
    );
    expect(shown).toEqual([
      'first Running ',
      'g Pending waits for first',
      ' x Pending waits for g',
      ' y Pending waits for g',
      'c Pending waits for first',
      ' yes Pending waits for c',
      ' no Pending waits for c',
      'l Running 2 items',
      ' [0].in Running ',
      'bye Pending runs at the end, when the other steps have ended',
    ]);
  });
});
