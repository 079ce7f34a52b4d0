import { describe, expect, test } from 'vitest';
import type { DryRunAttempt, DryRunStep } from '../../core/dry-run/dry-run-report.ts';
import { drawBar } from './draw-bar.ts';

const attempt = (startedAtSeconds: number, finishedAtSeconds: number, result: DryRunAttempt['result']) => ({
  ...{ attempt: 1, result, startedAtSeconds, finishedAtSeconds },
});

function aStep(from: number | undefined, to: number | undefined, more: Partial<DryRunStep> = {}): DryRunStep {
  return {
    ...{ phase: 'Succeeded', reason: 'Completed', attempts: 0, history: [], inputs: {}, outputs: {} },
    ...(from === undefined ? {} : { startedAtSeconds: from }),
    ...(to === undefined ? {} : { finishedAtSeconds: to }),
    ...more,
  };
}

describe('drawBar', () => {
  test.each<[string, DryRunStep, string]>([
    ['shows an attempt', aStep(2, 5, { history: [attempt(2, 5, 'Succeeded')] }), '  ███'],
    [
      'shows attempts that failed, and the wait before the next one',
      aStep(0, 10, { history: [attempt(0, 2, 'Failed'), attempt(4, 10, 'Succeeded')] }),
      'xx··██████',
    ],
    [
      'shows what is shorter than a character',
      aStep(9.9, 10, { history: [attempt(9.9, 10, 'Succeeded')] }),
      '         █',
    ],
    ['shows where the parts of a step run', aStep(1, 4), ' ───'],
    ['shows where people were waited for', aStep(1, 4, { outputs: { decision: 'approved' } }), ' ···'],
    ['shows where an asset was waited for', aStep(1, 4, { outputs: { assets: {} } }), ' ···'],
    [
      'goes on to the end for what waits',
      aStep(7, undefined, { phase: 'Waiting', reason: 'WaitingForDecision' }),
      '       ···',
    ],
    ['shows what is done at once', aStep(3, 3), '   |'],
    ['shows what is done at the very end', aStep(10, 10), '         |'],
    ['shows nothing of what never began', aStep(undefined, undefined, { phase: 'Skipped' }), ''],
  ])('%s', (_, step, bar) => {
    expect(drawBar(step, { seconds: 10, width: 10 })).toBe(bar);
  });

  test('shows something of a run that took no time', () => {
    expect(drawBar(aStep(0, 0), { seconds: 0, width: 5 })).toBe('|');
  });
});
