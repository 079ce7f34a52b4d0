import type { Pipeline, PipelineStatus } from '../api/pipeline.ts';
import { describeVerdict, type VerdictNotice } from '../core/pipeline/describe-verdict.ts';
import { planPipelineStatus } from '../core/pipeline/plan-pipeline-status.ts';
import type { Verdict } from '../core/validation/verdict.ts';
import { isSameJson } from './is-same-json.ts';

/** What this controller needs from the cluster. */
export interface PipelineCluster {
  /** The Pipeline as the cache has it; undefined when it is gone. */
  observe(key: string): Pipeline | undefined;
  /** Fails with a conflict when the Pipeline changed since it was observed. */
  replaceStatus(pipeline: Pipeline, status: PipelineStatus): Promise<void>;
  /** Tells people; never fails and never waits. */
  tell(pipeline: Pipeline, notice: VerdictNotice): void;
}

/** What it is made of. */
export interface PipelineControllerParts {
  readonly cluster: PipelineCluster;
  /** Judges a Pipeline by what its namespace holds now. */
  readonly judge: (pipeline: Pipeline) => Verdict;
  readonly clock: () => Date;
}

/** Keeps the condition `Valid` of each Pipeline true: what the cache shows is judged, and the verdict recorded. */
export function reconcilePipeline({ cluster, judge, clock }: PipelineControllerParts) {
  return async (key: string): Promise<void> => {
    const pipeline = cluster.observe(key);
    if (pipeline === undefined || pipeline.metadata.deletionTimestamp !== undefined) return;
    const status = planPipelineStatus({ pipeline, verdict: judge(pipeline), now: clock() });
    if (isSameJson(status, pipeline.status)) return;
    await cluster.replaceStatus(pipeline, status);
    const notice = describeVerdict(pipeline.status, status);
    if (notice !== undefined) cluster.tell(pipeline, notice);
  };
}
