import type { Usage } from '../../api/usage.ts';
import { addUsage } from '../estimate/usage-sum.ts';
import { exceedsCeilings } from '../estimate/usage-sum.ts';
import type { Run } from './run.ts';

/** Whether what a step may cost can be reserved: now, when others have been settled, or never. */
export type Reservation = 'yes' | 'later' | { readonly message: string };

/** Compares what a step may cost at most, with all that the run used and reserved, to what may be spent. */
export function mayReserve(run: Run, reserved: Usage): Reservation {
  const { budget } = run.observed.facts;
  if (budget === undefined || Object.keys(reserved).length === 0) return 'yes';
  const spent = spentBy(run);
  const excess = exceedsCeilings(addUsage(addUsage(spent.used, spent.reserved), reserved), budget);
  if (excess === undefined) return 'yes';
  // What is reserved beyond need comes back; what was used does not.
  if (exceedsCeilings(addUsage(spent.used, reserved), budget) === undefined && run.openAttempts > 0) return 'later';
  return { message: `it could cost more than may still be spent: ${excess}` };
}

/** What the attempts of a run have used, and what those under way have reserved. */
export function spentBy(run: Run): { readonly used: Usage; readonly reserved: Usage } {
  let used: Usage = {};
  let reserved: Usage = {};
  for (const { attempts = [], iterations } of run.records()) {
    if (iterations?.used !== undefined) used = addUsage(used, iterations.used);
    for (const attempt of attempts) {
      if (attempt.used !== undefined) used = addUsage(used, attempt.used);
      else if (attempt.result === undefined && attempt.reserved !== undefined)
        reserved = addUsage(reserved, attempt.reserved);
    }
  }
  return { used, reserved };
}
