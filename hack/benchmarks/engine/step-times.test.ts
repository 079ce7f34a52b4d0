import { expect, it } from 'vitest';
import { StepTimes } from './step-times.ts';

it('times each step from the end of the Pod before it, apart for each WorkItem, and counts failures', async () => {
  const times = new StepTimes(4);
  const end = (workItemUid: string, atMs: number, succeeded = true) =>
    times.take({ workItemUid, path: 'step', succeeded, atMs });
  end('a', 100);
  end('b', 110);
  end('a', 130);
  end('b', 170, false);
  expect(times.stepsMs).toEqual([30, 60]);
  await times.all;
  expect(times).toMatchObject({ ends: 4, failed: 1 });
});
