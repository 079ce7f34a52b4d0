import type { Pipeline, PipelineStatus } from '../../api/pipeline.ts';
import { setCondition } from '../conditions.ts';
import { digestOf } from '../digest.ts';
import { formatIssuePath } from '../issue-path.ts';
import { isError, type Issue } from '../issue.ts';
import { conditionTypes, validReasons } from '../reasons.ts';
import { countSteps } from './count-steps.ts';

/** All that the status of a Pipeline depends on. */
export interface ObservedPipeline {
  readonly pipeline: Pipeline;
  /** What validation found; warnings do not make it invalid. */
  readonly issues: readonly Issue[];
  readonly now: Date;
}

/** Mistakes that the status lists; the schema allows no more. */
const maxErrors = 20;
const maxTextLength = 1024;

/** What the status of the Pipeline should say. */
export function planPipelineStatus({ pipeline, issues, now }: ObservedPipeline): PipelineStatus {
  const errors = issues.filter(isError);
  const { generation } = pipeline.metadata;
  const conditions = setCondition(
    pipeline.status?.conditions ?? [],
    {
      type: conditionTypes.valid,
      status: errors.length === 0 ? 'True' : 'False',
      reason: errors.length === 0 ? validReasons.allChecksPassed : validReasons.schemaInvalid,
      message: summarizeErrors(errors),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    },
    now,
  );
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...conditions],
    stepCount: countSteps(pipeline.spec),
    // What is invalid is never pinned, and may be nested deeper than a digest can go.
    ...(errors.length === 0
      ? { digest: digestOf(pipeline.spec) }
      : { errors: errors.slice(0, maxErrors).map(describeError) }),
  };
}

function summarizeErrors(errors: readonly Issue[]): string {
  const [first] = errors;
  if (first === undefined) return 'the pipeline fits its schema';
  const rest = errors.length === 1 ? '' : ` (and ${errors.length - 1} more: see status.errors)`;
  return `${shorten(`${formatIssuePath(first.path)}: ${first.message}`)}${rest}`;
}

function describeError({ code, path, message, hint }: Issue) {
  const described = { code, path: shorten(formatIssuePath(path)), message: shorten(message) };
  return hint === undefined ? described : { ...described, hint: shorten(hint) };
}

/** Counted in characters, as the schema does; a pair of surrogates is never torn apart. */
function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= maxTextLength ? text : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}
