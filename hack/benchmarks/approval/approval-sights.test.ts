import { expect, it } from 'vitest';
import type { WorkItem } from '../../../operator/src/api/work-item.ts';
import { labelNames } from '../../../operator/src/core/manifest/labels.ts';
import { ApprovalSights } from './approval-sights.ts';

const anItem = (generation: number, status: object) =>
  ({ metadata: { name: 'w', generation }, status: { observedGeneration: 1, ...status } }) as WorkItem;
const aJob = (of: string) => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job' },
  metadata: { name: 'job', labels: { [labelNames.workItem]: of } },
});

it('tells when a gate asks, is approved, and lets the next Job start, each as it was first seen', async () => {
  const sights = new ApprovalSights();
  const asked = { gates: [{ state: 'Open' }], waitingFor: [{ kind: 'decision' }] };
  sights.seeWorkItem(anItem(2, asked), 1);
  sights.seeWorkItem(anItem(1, { ...asked, waitingFor: [{ kind: 'policy' }] }), 2);
  sights.seeWorkItem(anItem(1, asked), 3);
  sights.seeWorkItem(anItem(1, asked), 4);
  sights.seeWorkItem(anItem(1, { gates: [{ state: 'Approved' }] }), 5);
  sights.seeJob(aJob('other'), 6);
  sights.seeJob(aJob('w'), 7);
  expect(await Promise.all((['asks', 'approved', 'started'] as const).map((sight) => sights.when('w', sight)))).toEqual(
    [3, 5, 7],
  );
  expect(sights.latest('w')).toMatchObject({ status: { gates: [{ state: 'Approved' }] } });
});
