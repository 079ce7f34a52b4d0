import { addDecimals } from '../estimate/decimals.ts';
import type { PipelineEstimate } from '../estimate/estimate-pipeline.ts';
import type { ValidObject } from './validate-object.ts';
import type { EstimatedRun, Verdict } from './verdict.ts';

/** The estimate of an object's pipeline as a verdict tells it. */
export function estimatedRun(
  { kind, metadata: { name } }: ValidObject,
  { estimate, costUnits, durationSeconds }: PipelineEstimate,
  file: string | undefined,
): EstimatedRun {
  const minutes = Math.ceil(durationSeconds / 60);
  return {
    ...{ kind, name },
    ...(file !== undefined && { file }),
    ...{ estimatedCostUnits: costUnits, estimatedDurationMinutes: minutes, estimate },
  };
}

/** What all of them cost together, and how long the longest takes; nothing when there is none. */
export function totalEstimate(
  runs: readonly EstimatedRun[],
): Pick<Verdict, 'estimatedCostUnits' | 'estimatedDurationMinutes'> {
  if (runs.length === 0) return {};
  return {
    estimatedCostUnits: runs.reduce((sum, { estimatedCostUnits }) => addDecimals(sum, estimatedCostUnits), '0'),
    estimatedDurationMinutes: runs.reduce((most, run) => Math.max(most, run.estimatedDurationMinutes), 0),
  };
}
