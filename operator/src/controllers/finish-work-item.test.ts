import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../api/work-item.ts';
import { Terminal } from '../core/reconcile-error.ts';
import type { ObservedAttempt, PinnedPipeline } from '../core/work-item/observed.ts';
import { EndedSince } from './ended-since.ts';
import { finishWorkItem } from './finish-work-item.ts';

const finishedAt = '2026-01-05T08:00:00.000Z';

const anEnded = (status: WorkItem['status'] = {}): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
  ...{ metadata: { name: 'w', namespace: 'ns', uid: 'uid' }, spec: {} },
  status: { startedAt: finishedAt, finishedAt, phase: 'Succeeded', ...status },
});

interface Sketch {
  /** Seconds since it ended. */
  readonly after?: number;
  readonly jobsSeconds?: number;
  readonly ttlSeconds?: number;
  readonly isLeft?: boolean;
  readonly children?: readonly ObservedAttempt[];
  readonly pinError?: Error;
  readonly cleanUpError?: Error;
  readonly workItem?: WorkItem;
  readonly ended?: EndedSince;
}

/** One turn of a WorkItem that has ended, and all that it did, in order. */
async function finish(sketch: Sketch = {}) {
  const { after = 0, jobsSeconds = 3600, ttlSeconds, isLeft = false, children = [] } = sketch;
  const did: string[] = [];
  const note = (what: string) => Promise.resolve(void did.push(what));
  const attempts = {
    observe: () => children,
    stop: (_workItem: WorkItem, { path, attempt }: { path: string; attempt: number }) =>
      note(`stop ${attempt} ${path}`),
    settle: (_workItem: WorkItem, open: ReadonlySet<string>) => void did.push(`settle all but ${open.size}`),
    cleanUp: () => (sketch.cleanUpError === undefined ? note('clean up') : Promise.reject(sketch.cleanUpError)),
    isLeft: () => isLeft,
    sweep: () => note('sweep'),
  };
  const pinned = {} as PinnedPipeline;
  const parts = {
    attempts: attempts as unknown as Parameters<typeof finishWorkItem>[0]['attempts'],
    pipelines: {
      pin: () => (sketch.pinError === undefined ? Promise.resolve({ pinned }) : Promise.reject(sketch.pinError)),
    } as unknown as Parameters<typeof finishWorkItem>[0]['pipelines'],
    facts: {
      retention: () => ({ finishedJobsSeconds: jobsSeconds, workItemSeconds: ttlSeconds }),
    } as unknown as Parameters<typeof finishWorkItem>[0]['facts'],
    cluster: { remove: () => note('remove') } as unknown as Parameters<typeof finishWorkItem>[0]['cluster'],
    ended: sketch.ended ?? new EndedSince(),
    clock: () => new Date(Date.parse(finishedAt) + after * 1000),
  };
  const outcome = await finishWorkItem(parts, sketch.workItem ?? anEnded()).then(
    (again) => again.requeueAfterMs ?? 'rest',
    (error: unknown) => String(error),
  );
  return { did: did.filter((what) => what !== 'settle all but 0'), outcome };
}

describe('finishWorkItem', () => {
  it('ends what still goes on, and leaves what has ended', async () => {
    const children = [
      { path: 'a', number: 1 },
      { path: 'b', number: 2, outcome: { result: 'Succeeded' as const } },
    ];
    expect((await finish({ children })).did).toEqual(['stop 1 a', 'clean up']);
  });

  it.each([
    ['rests when nothing is left and it is kept', {}, ['clean up'], 'rest'],
    ['keeps Jobs for their time', { isLeft: true, after: 3599 }, ['clean up'], 1000],
    ['removes Jobs after their time', { isLeft: true, after: 3600 }, ['sweep', 'clean up'], 'rest'],
    [
      'removes Jobs at once when they are kept no time',
      { isLeft: true, jobsSeconds: 0 },
      ['sweep', 'clean up'],
      'rest',
    ],
    ['waits for its own time', { ttlSeconds: 60, after: 59 }, ['clean up'], 1000],
    ['waits for whichever comes first', { ttlSeconds: 7200, isLeft: true, after: 60 }, ['clean up'], 3_540_000],
    ['waits for its own time when that comes first', { ttlSeconds: 60, isLeft: true }, ['clean up'], 60_000],
    [
      'waits for its own time once the Jobs are due',
      { ttlSeconds: 7200, isLeft: true, after: 3600 },
      ['sweep', 'clean up'],
      3_600_000,
    ],
    ['removes itself after its time', { ttlSeconds: 60, after: 60 }, ['clean up', 'remove'], 'rest'],
    ['removes itself at once when it is kept no time', { ttlSeconds: 0 }, ['clean up', 'remove'], 'rest'],
  ])('%s', async (_what, sketch, did, outcome) => {
    expect(await finish(sketch)).toEqual({ did, outcome });
  });

  it('keeps Jobs for their time and no longer, although the end was written by a clock that is ahead', async () => {
    const ended = new EndedSince();
    const times = { ended, isLeft: true, jobsSeconds: 60 };
    expect(await finish({ ...times, after: -3600 })).toEqual({ did: ['clean up'], outcome: 60_000 });
    expect(await finish({ ...times, after: -3541 })).toEqual({ did: ['clean up'], outcome: 1_000 });
    expect((await finish({ ...times, after: -3540 })).did).toEqual(['sweep', 'clean up']);
  });

  it('does not look at what a run made that never began', async () => {
    const workItem = anEnded({ startedAt: undefined });
    expect(await finish({ workItem, pinError: new Error('not asked') })).toEqual({ did: [], outcome: 'rest' });
  });

  it('removes itself also when nobody knows any more what it made', async () => {
    const pinError = new Terminal('the ControllerRevision is gone');
    expect(await finish({ ttlSeconds: 0, pinError })).toEqual({ did: ['remove'], outcome: 'rest' });
  });

  it.each([
    ['what it was pinned to cannot be read', { pinError: new Error('no answer') }],
    ['something that it made cannot be taken away', { cleanUpError: new Error('no answer') }],
  ])('is there and tries again, while %s, and removes its Jobs all the same', async (_what, errors) => {
    const { did, outcome } = await finish({ ttlSeconds: 0, jobsSeconds: 0, isLeft: true, ...errors });
    expect({ did, outcome }).toEqual({ did: ['sweep'], outcome: 'Error: no answer' });
  });
});
