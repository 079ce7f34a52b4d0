import { describe, expect, it } from 'vitest';
import type { StepStatus } from '../../api/step-status.ts';
import { PlannedRun } from '../../testing/planned-run.ts';
import { call, loop } from '../../testing/planning-case.ts';

/** A run whose status says of a step what no plan ever recorded. */
function runWith(record: StepStatus): PlannedRun {
  const run = new PlannedRun({ steps: [call('a'), loop('l', [call('x')], { iterateOver: [1] })] });
  run.status = { ...run.status, steps: [...(run.status.steps ?? []), record] };
  return run.settle();
}

describe('a record of a step that the pipeline does not have', () => {
  const open = (path: string): StepStatus => ({ path, phase: 'Running', attempts: [{ number: 1 }] });
  it.each(['ghost', 'ghost[0].x', 'l[0].ghost', 'l[7', ''])('is left alone: %s', (path) => {
    const run = runWith(open(path));
    expect(run.started).toEqual(['a', 'l[0].x']);
    run.succeed('a').succeed('l[0].x');
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
  });

  it('is an impossible state when it stands in an iteration of what is no loop', () => {
    const run = runWith(open('a[0].x'));
    expect(run.state).toBe('Failed ImpossibleState');
    expect(run.status.message).toBe('a mistake in Conclave: a is no loop');
  });
});
