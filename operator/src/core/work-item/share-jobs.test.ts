import { describe, expect, it } from 'vitest';
import { attemptName } from '../manifest/names.ts';
import { mostMembers } from '../manifest/labels.ts';
import { membersOf, writeMembers } from '../manifest/members.ts';
import { aCodeStep } from '../../testing/engine-scenario.ts';
import { aMethod, PlannedRun } from '../../testing/planned-run.ts';

const workItemUid = '3f0c7d1e-0000-4000-8000-000000000001';
const nameOf = (path: string, attempt = 1) => attemptName({ workItemUid, path, attempt });
const list = (length: number) => Array.from({ length }, (_, index) => index);

/** A run of one loop over so many items. */
function aLoop(
  count: number,
  loop: object,
  { steps = [aCodeStep('work')], ...more }: object & { steps?: object[] } = {},
) {
  const each = { name: 'each', type: 'loop', iterateOver: list(count), loopVariable: 'item', steps, ...loop };
  return new PlannedRun({ steps: [each], execution: { maxParallel: 100 } }, more);
}

/** The Jobs that a run has started, each with the paths of its attempts; `alone` are those that have one to themselves. */
function jobsOf(run: PlannedRun): Record<string, string[]> {
  const jobs: Record<string, string[]> = {};
  for (const action of run.actions) {
    if (action.kind !== 'start-attempt') continue;
    (jobs[action.jobName ?? 'alone'] ??= []).push(`${action.attempt} ${action.path}`);
  }
  return jobs;
}

describe('iterations that begin together', () => {
  it('share a Job, which is named after the first of them, and those that begin later have another', () => {
    const run = aLoop(5, { maxParallel: 3 });
    run.succeed('each[1].work');
    expect(jobsOf(run)).toEqual({
      [nameOf('each[0].work')]: ['1 each[0].work', '1 each[1].work', '1 each[2].work'],
      alone: ['1 each[3].work'],
    });
  });

  it('are recorded with the name of their Job, so that it can be made again as it was', () => {
    const run = aLoop(3, { maxParallel: 3 });
    const names = list(3).map((index) => run.record(`each[${index}].work`)?.attempts?.[0]?.jobName);
    expect(new Set(names)).toEqual(new Set([nameOf('each[0].work')]));
    run.children.clear();
    const before = run.actions.length;
    run.step();
    expect(run.actions.slice(before)).toEqual(run.actions.slice(0, before));
  });

  it('keep their Job when others of it are no longer wanted before it was made', () => {
    const run = aLoop(3, { maxParallel: 3 });
    const before = run.actions.length;
    run.children.clear();
    run.status = { ...run.status, steps: (run.status.steps ?? []).filter(({ path }) => path !== 'each[0].work') };
    run.change({ suspend: true });
    expect(run.actions.slice(before)).toMatchObject([
      { path: 'each[1].work', jobName: nameOf('each[0].work') },
      { path: 'each[2].work', jobName: nameOf('each[0].work') },
    ]);
  });

  it('are tried again in a Job of its own name', () => {
    const run = aLoop(
      2,
      { maxParallel: 2 },
      { steps: [aCodeStep('work', { retryPolicy: { initialBackoffSeconds: 1 } })] },
    );
    run.fail('each[1].work').fail('each[0].work').wait(1);
    expect(jobsOf(run)).toEqual({
      [nameOf('each[0].work')]: ['1 each[0].work', '1 each[1].work'],
      [nameOf('each[0].work', 2)]: ['2 each[0].work', '2 each[1].work'],
    });
  });

  it('need more than one Job when they are many', () => {
    const sizes = Object.values(jobsOf(aLoop(mostMembers + 5, { maxParallel: 100 }))).map(({ length }) => length);
    expect(sizes).toEqual([mostMembers, 5]);
  });

  it('need more than one Job when their inputs are large: each Pod carries all of them', () => {
    const inputs = { text: { value: 'x'.repeat(9_000) } };
    const run = aLoop(7, { maxParallel: 7 }, { steps: [aCodeStep('work', { inputs })] });
    expect(Object.values(jobsOf(run)).map(({ length }) => length)).toEqual([3, 3, 1]);
  });

  it('share one when a Method’s image runs them', () => {
    const method = aMethod('count', { type: 'image', image: { image: 'registry/count:7' } });
    const run = aLoop(2, { maxParallel: 2 }, {
      steps: [{ name: 'work', type: 'function', method: 'count' }],
      methods: [method],
    } as never);
    expect(Object.keys(jobsOf(run))).toEqual([nameOf('each[0].work')]);
  });

  it.each([
    [
      'the operator calls what they are',
      {
        steps: [{ name: 'work', type: 'function', method: 'pay' }],
        methods: [aMethod('pay', { type: 'http', http: { url: 'https://h' } })],
      },
    ],
    ['they have more than one step', { steps: [aCodeStep('work'), aCodeStep('more')] }],
    [
      'their step is a part of a group',
      { steps: [{ name: 'pair', type: 'parallel_group', steps: [aCodeStep('work')] }] },
    ],
  ])('have Jobs of their own when %s', (_, more) => {
    expect(Object.keys(jobsOf(aLoop(2, { maxParallel: 2 }, more as never)))).toEqual(['alone']);
  });

  it('of different loops do not share one', () => {
    const inner = {
      name: 'inner',
      type: 'loop',
      iterateOver: list(2),
      loopVariable: 'b',
      maxParallel: 2,
      steps: [aCodeStep('work')],
    };
    const run = aLoop(2, { maxParallel: 2 }, { steps: [inner] });
    expect(jobsOf(run)).toEqual({
      [nameOf('each[0].inner[0].work')]: ['1 each[0].inner[0].work', '1 each[0].inner[1].work'],
      [nameOf('each[1].inner[0].work')]: ['1 each[1].inner[0].work', '1 each[1].inner[1].work'],
    });
  });

  it('leave nothing of their Job in the record once they have ended', () => {
    const run = aLoop(3, { maxParallel: 2 }).succeed('each[0].work');
    expect(JSON.stringify(run.record('each[0].work') ?? {})).not.toContain('jobName');
  });
});

describe('the members of a Job', () => {
  it('are read as they were written', () => {
    const members = [{ path: 'each[0].work', attempt: 1, digest: 'sha256:00' }];
    expect(membersOf({ annotations: { 'conclave.dev/members': writeMembers(members) } })).toEqual(members);
  });
});
