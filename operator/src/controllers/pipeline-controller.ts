import type { Pipeline, PipelineStatus } from '../api/pipeline.ts';
import type { Issue } from '../core/issue.ts';
import { describeVerdict, type Verdict } from '../core/pipeline/describe-verdict.ts';
import { planPipelineStatus } from '../core/pipeline/plan-pipeline-status.ts';
import { isSameJson } from './is-same-json.ts';

/** What this controller needs from the cluster. */
export interface PipelineCluster {
  /** The Pipeline as the cache has it; undefined when it is gone. */
  observe(key: string): Pipeline | undefined;
  /** Fails with a conflict when the Pipeline changed since it was observed. */
  replaceStatus(pipeline: Pipeline, status: PipelineStatus): Promise<void>;
  /** Tells people; never fails and never waits. */
  tell(pipeline: Pipeline, verdict: Verdict): void;
}

/** What it is made of. */
export interface PipelineControllerParts {
  readonly cluster: PipelineCluster;
  readonly validate: (pipeline: Pipeline) => readonly Issue[];
  readonly clock: () => Date;
}

/** Keeps the condition `Valid` of each Pipeline true: what the cache shows is validated, and the verdict recorded. */
export function reconcilePipeline({ cluster, validate, clock }: PipelineControllerParts) {
  return async (key: string): Promise<void> => {
    const pipeline = cluster.observe(key);
    if (pipeline === undefined || pipeline.metadata.deletionTimestamp !== undefined) return;
    const status = planPipelineStatus({ pipeline, issues: validate(pipeline), now: clock() });
    if (isSameJson(status, pipeline.status)) return;
    await cluster.replaceStatus(pipeline, status);
    const verdict = describeVerdict(pipeline.status, status);
    if (verdict !== undefined) cluster.tell(pipeline, verdict);
  };
}
