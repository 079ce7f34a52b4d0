import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkItem } from '../../api/work-item.ts';
import type { Account, ClusterReference } from '../cluster/account.ts';
import { workItems } from '../cluster/kinds.ts';
import { Failure } from '../failure.ts';
import { type Change, planChange } from './plan-change.ts';

/** Whoever writes the status of a busy run is often faster: as many times it is looked at anew. */
const mostTries = 10;
/** Two who write in step would be in each other's way again and again. */
const pauseMs = 20;

/**
 * Changes a run as it stands when it is changed: what has moved meanwhile is judged anew. @throws Failure where the change makes
 * no sense, and what the API server objects to
 */
export async function changeWorkItem(
  { client }: Pick<Account, 'client'>,
  reference: ClusterReference,
  change: Change,
): Promise<WorkItem> {
  for (let tries = 1; ; tries += 1) {
    const workItem = await client.get(workItems, reference);
    const planned = planChange(change, workItem);
    if ('refusal' in planned) throw new Failure(planned.refusal);
    const { uid, resourceVersion } = workItem.metadata;
    try {
      return await client.patch(workItems, reference, { merge: { metadata: { uid, resourceVersion }, ...planned } });
    } catch (error) {
      if (tries === mostTries || !(error instanceof Error) || error.name !== 'Conflict') throw error;
      await sleep(Math.random() * pauseMs * tries);
    }
  }
}
