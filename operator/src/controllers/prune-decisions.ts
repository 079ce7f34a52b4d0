import type { WorkItem } from '../api/work-item.ts';
import { pastDecisions } from '../core/decision/past-decisions.ts';
import type { ObservedDecisions } from './observe-decisions.ts';
import type { WorkItemCluster } from './work-item-ports.ts';

/**
 * Takes the annotations away that decide nothing any more, so that their slots are free: of past rounds, of gates that are
 * decided, and those that can never count.
 *
 * NOTE: only for a turn that had nothing to record. What its status says of decisions then stands in the very object that
 * the annotations were read from; the cluster refuses to remove them from any other.
 */
export async function pruneDecisions(
  cluster: Pick<WorkItemCluster, 'removeAnnotations'>,
  workItem: WorkItem,
  { facts, refused }: ObservedDecisions,
): Promise<void> {
  const { metadata, status = {} } = workItem;
  // While the policies are away or the spec is news, what is asked may be about to change.
  if (facts.policyEpoch === undefined || status.observedGeneration !== metadata.generation) return;
  const past = pastDecisions(metadata.annotations ?? {}, status);
  const keys = [...new Set([...past, ...refused.map(({ key }) => key)])];
  if (keys.length > 0) await cluster.removeAnnotations(workItem, keys);
}
