import { apiVersion } from '../../api/kind.ts';
import type { JsonValue } from '../../api/json.ts';
import type { RunnerResult } from '../../api/runner-result.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { rulesOf } from '../agent/resolve-council.ts';
import { concludeDeliberation, type Conclusion } from '../council/conclude-deliberation.ts';
import { type CouncilTable, tableOf } from './council-table.ts';
import { fillCache } from './check-cache.ts';
import { succeed } from './finish-step.ts';
import { pathOf, type Place } from './place.ts';
import { recordDeliberation } from './record-deliberation.ts';
import type { Run } from './run.ts';
import type { CouncilInPods } from './stage-nodes.ts';
import { stepReasons } from './step-reasons.ts';
import { identityOf } from './take-seat.ts';

/** Chooses the winner of a deliberation whose stages are over. What the step gives and leaves is what one pod would have given. */
export function concludeStep(run: Run, place: Place, record: StepStatus, { council }: CouncilInPods): void {
  const table = tableOf(run, record);
  if (table === 'unread') return;
  const rules = rulesOf(council, identityOf(run, pathOf(place)));
  const { proposals, rounds, judged = { scores: [] } } = table;
  const conclusion = concludeDeliberation(rules, { proposals, rounds, judged });
  const { iterations = { count: 0 } } = record;
  const result = resultOf(run, record, { table, conclusion });
  const resultDigest = run.storeArtifact(result as unknown as JsonValue);
  const ended = { ...record, iterations: { ...iterations, resultsRef: resultDigest } };
  const success = { reason: stepReasons.completed, outputs: conclusion.outputs };
  // Until what its results refer to is read, it is concluded anew each time.
  if (!succeed(run, place, ended, success)) return;
  fillCache(run, place);
  recordDeliberation(run, place, { attempt: iterations.lastAttempt ?? 1, resultDigest });
}

interface Concluded {
  readonly table: CouncilTable;
  readonly conclusion: Conclusion;
}

/** The whole result; those of the attempts that it was made of are named in it. */
function resultOf(run: Run, { startedAt = run.now }: StepStatus, { table, conclusion }: Concluded): RunnerResult {
  const { usage, attempts } = table;
  return {
    ...{ apiVersion, kind: 'Result', outcome: 'succeeded', ...conclusion },
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    provenance: { attempts: attempts.map((attempt) => ({ ...attempt })) },
    ...{ startedAt, finishedAt: run.now },
  };
}
