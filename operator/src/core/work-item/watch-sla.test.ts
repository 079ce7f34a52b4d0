import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monday, PlannedRun, type PipelineSketch } from '../../testing/planned-run.ts';
import { approval, call } from '../../testing/planning-case.ts';
import { planWorkItem as planOf } from './plan-work-item.ts';

const after = (seconds: number) => new Date(monday + seconds * 1000).toISOString();

/** A lifecycle that is to be done in some seconds, and that a person ends. */
const lifecycle = (slaSeconds: number) => ({
  definition: {
    ...{ initial: 'Open', states: [{ name: 'Open' }, { name: 'Shut', outcome: 'Shut' }], slaSeconds },
    transitions: [
      { action: 'shut', from: ['Open'], to: 'Shut', roles: ['po'] },
      { action: 'open', from: ['Shut'], to: 'Open', roles: ['po'] },
    ],
  },
});

function aRun(slaSeconds: number | undefined, pipeline: Partial<PipelineSketch> = {}): PlannedRun {
  const spec = slaSeconds === undefined ? {} : { slaSeconds };
  return new PlannedRun({ steps: [call('a')], ...pipeline }, { spec });
}

const overdue = (run: PlannedRun) => {
  const found = run.status.conditions?.find(({ type }) => type === 'Overdue');
  return found && `${found.status} ${found.reason} ${found.message}`;
};
const inTime = (seconds: number) => `False InTime it is to be done by ${after(seconds)}`;
const late = (seconds: number) => `True SlaMissed it was to be done by ${after(seconds)}`;

describe('a run that is to be done by a time', () => {
  it('says by when, and is looked at when that comes', () => {
    const run = aRun(60);
    expect([overdue(run), run.status.sla, run.plan?.requeueAfterMs]).toEqual([
      inTime(60),
      { dueAt: after(60) },
      60_001,
    ]);
    run.nowMs += run.plan?.requeueAfterMs ?? 0;
    expect(overdue(run.settle())).toBe(late(60));
    expect(run.status.sla?.missedAt).toBe(after(60.001));
  });

  it.each<[string, number | undefined, Partial<PipelineSketch>, string | undefined]>([
    ['by nothing', undefined, {}, undefined],
    ['by its WorkItem', 90, {}, inTime(90)],
    ['by its lifecycle', undefined, { lifecycle: lifecycle(30) }, inTime(30)],
    ['by both, the earlier of its lifecycle', 90, { lifecycle: lifecycle(30) }, inTime(30)],
    ['by both, the earlier of its WorkItem', 20, { lifecycle: lifecycle(30) }, inTime(20)],
    ['by a preset, which says nothing', undefined, { lifecycle: { preset: 'task' } }, undefined],
  ])('%s', (_, slaSeconds, pipeline, expected) => {
    expect(overdue(aRun(slaSeconds, pipeline))).toBe(expected);
  });

  it('is in time when it has ended before, and late when it has not', () => {
    expect(overdue(aRun(60).wait(60).succeed('a').wait(3600))).toBe(inTime(60));
    const tooLate = aRun(60);
    tooLate.nowMs += 61_000;
    expect(overdue(tooLate.succeed('a'))).toBe(late(60));
  });

  it('is late before it has begun, too', () => {
    const run = new PlannedRun({ steps: [approval('a')], execution: { mode: 'safe' } }, { spec: { slaSeconds: 60 } });
    expect(overdue(run.wait(61))).toBe(late(60));
    expect(run.state).toBe('Waiting WaitingForStart');
  });

  it('is late since it was seen to be, whatever happens then', () => {
    const run = aRun(60).wait(61);
    const { missedAt } = run.status.sla ?? {};
    expect(run.wait(100).succeed('a').wait(5).status.sla).toEqual({ dueAt: after(60), missedAt });
  });

  it('has other times when its spec says so, and none when it says none', () => {
    const run = aRun(60).wait(61);
    expect(overdue(run.change({ slaSeconds: 3600 }))).toBe(inTime(3600));
    run.spec = {};
    expect([overdue(run.settle()), run.status.sla]).toEqual([undefined, undefined]);
  });

  it('has the time of its lifecycle anew when it is taken up again', () => {
    const run = aRun(undefined, { lifecycle: lifecycle(60), steps: [call('a', { inState: ['Open'] })] });
    run.succeed('a').wait(61).act('shut.po');
    expect(overdue(run)).toBe(late(60));
    expect(overdue(run.wait(100).act('open.po'))).toBe(inTime(221));
  });

  it('is stuck nevertheless when nothing can bring it on', () => {
    const run = aRun(3600, { steps: [call('a', { dependsOn: ['b'] }), call('b', { dependsOn: ['a'] })] });
    expect(run.state).toBe('Failed Stuck');
  });
});

describe('clocks', () => {
  it('that were ahead have not made it late: it is looked at again', () => {
    const run = aRun(60);
    run.nowMs += 3_600_000;
    expect(overdue(run.settle())).toBe(late(60));
    run.nowMs = monday + 30_000;
    expect(overdue(run.settle())).toBe(inTime(60));
    run.nowMs = monday + 60_001;
    expect(run.settle().status.sla?.missedAt).toBe(after(60.001));
  });

  it('that go as they like leave what is said true', () => {
    const jumps = fc.array(fc.integer({ min: -200_000, max: 200_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(jumps, fc.integer({ min: 1, max: 200 }), (times, slaSeconds) => {
        const run = aRun(slaSeconds);
        for (const jump of times) {
          run.nowMs += jump;
          run.settle();
          const { dueAt = '', missedAt } = run.status.sla ?? {};
          expect(dueAt).toBe(after(slaSeconds));
          expect(missedAt === undefined).toBe(run.nowMs <= Date.parse(dueAt));
          if (missedAt === undefined) expect(run.plan?.requeueAfterMs).toBeGreaterThan(0);
          else expect(Date.parse(missedAt)).toBeLessThanOrEqual(run.nowMs);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('that nobody can read say nothing', () => {
    const run = aRun(60);
    const { workItem, ...observed } = run.observed();
    const metadata = { ...workItem.metadata, creationTimestamp: 'yesterday' };
    expect(planOf({ ...observed, workItem: { ...workItem, metadata } }).status.sla).toBeUndefined();
  });
});
