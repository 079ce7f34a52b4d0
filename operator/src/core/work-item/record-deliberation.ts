import { defined } from '../defined.ts';
import { pathOf, type Place } from './place.ts';
import type { Run } from './run.ts';

/** Which attempt ended a deliberation, and where its whole result is. */
export interface EndedDeliberation {
  readonly attempt: number;
  readonly resultDigest: string | undefined;
}

/** The statistics of the Council, and whoever keeps records, learn of it from here: iterations of loops leave no records. */
export function recordDeliberation(run: Run, place: Place, { attempt, resultDigest }: EndedDeliberation): void {
  const { step, seat } = place.node;
  if (step.type !== 'council' || seat !== undefined) return;
  const subject = pathOf(place);
  run.recordTransition({
    ...{ event: 'deliberation.completed', subject, council: step.council, attempt },
    ...defined({ resultDigest }),
    actor: { kind: 'system', name: 'operator', step: subject },
  });
}
