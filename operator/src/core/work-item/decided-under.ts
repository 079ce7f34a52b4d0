import type { WorkItemStatus } from '../../api/work-item-status.ts';
import type { Run } from './run.ts';

/**
 * What every digest that people decide on begins with: the identity of the policies, and a salt. The identity alone could be
 * worked out before the policies are back from a gap, and a decision on it forged in the gap; nobody knows the salt before it
 * is in status, where the policies guard what is written on it. While the policies cannot be read, what was asked stays.
 */
export function decidedUnder(run: Run): WorkItemStatus['decidedUnder'] {
  const { policyEpoch, salt = '' } = run.observed.facts;
  if (policyEpoch !== undefined && run.decidedUnder?.policies !== policyEpoch)
    run.decidedUnder = { policies: policyEpoch, salt };
  return run.decidedUnder;
}
