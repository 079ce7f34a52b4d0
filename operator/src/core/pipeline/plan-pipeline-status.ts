import type { Pipeline, PipelineStatus } from '../../api/pipeline.ts';
import { setCondition } from '../conditions.ts';
import { digestOf } from '../digest.ts';
import { conditionTypes } from '../reasons.ts';
import { conditionOf } from '../validation/condition-of.ts';
import { shorten } from '../validation/shorten.ts';
import type { Finding, Verdict } from '../validation/verdict.ts';
import { countSteps } from './count-steps.ts';

/** All that the status of a Pipeline depends on. */
export interface ObservedPipeline {
  readonly pipeline: Pipeline;
  /** What validation says of it alone. */
  readonly verdict: Verdict;
  readonly now: Date;
}

/** Mistakes that the status lists, and warnings; the schema allows no more. */
const maxFindings = 20;

/** What the status of the Pipeline should say. */
export function planPipelineStatus({ pipeline, verdict, now }: ObservedPipeline): PipelineStatus {
  const { errors, warnings, estimates } = verdict;
  const { generation } = pipeline.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const valid = conditionOf(verdict, { errors: 'status.errors', warnings: 'status.warnings' });
  const conditions = setCondition(
    pipeline.status?.conditions ?? [],
    { type: conditionTypes.valid, ...valid, ...observed },
    now,
  );
  return {
    ...observed,
    conditions: [...conditions],
    stepCount: countSteps(pipeline.spec),
    // What is invalid is never pinned, and may be nested deeper than a digest can go.
    ...(errors.length === 0 ? { digest: digestOf(pipeline.spec) } : { errors: list(errors) }),
    ...(warnings.length > 0 && { warnings: list(warnings) }),
    ...(estimates[0] !== undefined && { estimate: estimates[0].estimate }),
  };
}

function list(findings: readonly Finding[]) {
  return findings.slice(0, maxFindings).map(({ code, level, path, message, hint }) => ({
    ...{ code, level, path: shorten(path), message: shorten(message) },
    ...(hint !== undefined && { hint: shorten(hint) }),
  }));
}
