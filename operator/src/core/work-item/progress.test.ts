import { describe, expect, it } from 'vitest';
import { monday, PlannedRun } from '../../testing/planned-run.ts';
import { call } from '../../testing/planning-case.ts';

const told = (turns: number) => ({ turns, toolCalls: 1, promptTokens: 100 * turns, completionTokens: 10 });

/** A run whose pod tells of so many turns from now on. */
function tell(run: PlannedRun, turns: number): PlannedRun {
  const [[key, child] = []] = [...run.children];
  if (key === undefined || child === undefined) throw new Error('nothing runs');
  run.children.set(key, { ...child, progress: told(turns) });
  return run.settle();
}

const progressOf = (run: PlannedRun) => run.record('a')?.attempts?.at(-1)?.progress;
const at = (seconds: number) => new Date(monday + seconds * 1000).toISOString();
const aRun = () => new PlannedRun({ steps: [call('a')] });

describe('the progress of an attempt', () => {
  it('is recorded at once, then once a minute, and the last in any case', () => {
    const run = tell(aRun(), 1);
    expect(progressOf(run)).toEqual({ ...told(1), at: at(0) });
    tell(run.wait(20), 2);
    tell(run.wait(20), 3);
    expect(progressOf(run)).toEqual({ ...told(1), at: at(0) });
    expect(run.plan?.requeueAfterMs).toBe(20_000);
    expect(progressOf(run.wait(20))).toEqual({ ...told(3), at: at(60) });
  });

  it('is recorded of all attempts of a run together, whenever they tell of it', () => {
    const steps = Array.from({ length: 6 }, (_, index) => call(`a${index}`));
    const run = new PlannedRun({ steps });
    let writes = 0;
    for (let second = 0; second < 180; second += 1) {
      const before = JSON.stringify(run.status);
      const [key, child] = [...run.children][second % steps.length] ?? [];
      if (key !== undefined && child !== undefined) run.children.set(key, { ...child, progress: told(second) });
      run.wait(1);
      if (JSON.stringify(run.status) !== before) writes += 1;
    }
    expect(writes).toBe(3);
    const recorded = run.status.steps?.map(({ attempts = [] }) => attempts[0]?.progress?.turns ?? -1) ?? [];
    expect(Math.min(...recorded)).toBeGreaterThan(110);
  });

  it('is not written again while nothing is new', () => {
    const run = tell(aRun(), 1).wait(120);
    expect(progressOf(tell(run, 1))).toEqual({ ...told(1), at: at(0) });
  });

  it('is recorded anew where the clock of who recorded it was ahead', () => {
    const run = tell(aRun().wait(100), 1);
    run.nowMs -= 90_000;
    expect(progressOf(tell(run, 2))).toEqual({ ...told(2), at: at(10) });
  });

  it('stays nowhere once the attempt has ended', () => {
    const run = tell(aRun(), 1).succeed('a');
    expect(run.stateOf('a')).toBe('Succeeded Completed');
    expect(run.record('a')?.attempts).toHaveLength(1);
    expect(progressOf(run)).toBeUndefined();
  });
});
