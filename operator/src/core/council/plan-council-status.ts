import type { Council, CouncilStatus } from '../../api/council.ts';
import { setCondition } from '../conditions.ts';
import { defined } from '../defined.ts';
import { conditionTypes } from '../reasons.ts';
import { conditionOf } from '../validation/condition-of.ts';
import type { Verdict } from '../validation/verdict.ts';
import { countDeliberations, type EndedDeliberation } from './count-deliberations.ts';

/** All that the status of a Council depends on. */
export interface ObservedCouncil {
  readonly council: Council;
  /** What validation says of it alone. */
  readonly verdict: Pick<Verdict, 'errors' | 'warnings'>;
  /** Deliberations that its statistics do not have yet, the oldest first. */
  readonly ended: readonly EndedDeliberation[];
  readonly now: Date;
}

/** What the status of the Council should say. */
export function planCouncilStatus({ council, verdict, ended, now }: ObservedCouncil): CouncilStatus {
  const { metadata, status = {} } = council;
  const observed = defined({ observedGeneration: metadata.generation });
  const ready = { type: conditionTypes.ready, ...conditionOf(verdict), ...observed };
  return {
    ...countDeliberations(status, ended),
    ...observed,
    conditions: [...setCondition(status.conditions ?? [], ready, now)],
  };
}
