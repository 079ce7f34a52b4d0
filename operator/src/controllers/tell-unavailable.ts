import { Unavailable } from '../core/reconcile-error.ts';
import { describeProgress } from '../core/work-item/describe-progress.ts';
import { isWorthRecording } from '../core/work-item/is-worth-recording.ts';
import { waitForUnavailable } from '../core/work-item/wait-for-unavailable.ts';
import type { Again, WorkItemControllerParts } from './work-item-parts.ts';

type Reconcile = (key: string) => Promise<Again>;
type TellingParts = Pick<WorkItemControllerParts, 'cluster' | 'clock'>;

/** Turns that also tell people, in status, what they fail for: something outside is away, and nothing goes on meanwhile. */
export function tellingWhatIsUnavailable(parts: TellingParts, reconcile: Reconcile): Reconcile {
  return async (key) => {
    try {
      return await reconcile(key);
    } catch (error) {
      if (error instanceof Unavailable) await tell(parts, key, error);
      throw error;
    }
  };
}

async function tell({ cluster, clock }: TellingParts, key: string, { what, message }: Unavailable): Promise<void> {
  const workItem = cluster.observe(key);
  if (workItem === undefined || workItem.status?.finishedAt !== undefined) return;
  const status = waitForUnavailable(workItem, { name: what, message }, clock());
  if (!isWorthRecording(workItem.status, status)) return;
  await cluster.replaceStatus(workItem, status);
  for (const notice of describeProgress(workItem.status, status)) cluster.tell(workItem, notice);
}
