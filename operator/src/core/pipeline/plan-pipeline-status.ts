import type { Pipeline, PipelineStatus } from '../../api/pipeline.ts';
import { setCondition } from '../conditions.ts';
import { digestOf } from '../digest.ts';
import { conditionTypes, validReasons } from '../reasons.ts';
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
const maxTextLength = 1024;

/** The reason of the condition `Valid`, by the lowest level that found an error. */
const reasonOfLevel = {
  1: validReasons.schemaInvalid,
  2: validReasons.referencesInvalid,
  3: validReasons.dataFlowInvalid,
  4: validReasons.resourcesInvalid,
} as const;

/** What the status of the Pipeline should say. */
export function planPipelineStatus({ pipeline, verdict, now }: ObservedPipeline): PipelineStatus {
  const { errors, warnings, estimates } = verdict;
  const { generation } = pipeline.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const [first] = [...errors].sort((one, other) => one.level - other.level);
  const conditions = setCondition(
    pipeline.status?.conditions ?? [],
    {
      type: conditionTypes.valid,
      status: first === undefined ? 'True' : 'False',
      reason: first === undefined ? validReasons.allChecksPassed : reasonOfLevel[first.level],
      message: first === undefined ? describeWarnings(warnings.length) : summarizeErrors(first, errors.length),
      ...observed,
    },
    now,
  );
  return {
    ...observed,
    conditions: [...conditions],
    stepCount: countSteps(pipeline.spec),
    // What is invalid is never pinned, and may be nested deeper than a digest can go.
    ...(first === undefined ? { digest: digestOf(pipeline.spec) } : { errors: list(errors) }),
    ...(warnings.length > 0 && { warnings: list(warnings) }),
    ...(estimates[0] !== undefined && { estimate: estimates[0].estimate }),
  };
}

function describeWarnings(count: number): string {
  if (count === 0) return 'all checks passed';
  return `all checks passed, with ${count} warning${count === 1 ? '' : 's'}: see status.warnings`;
}

function summarizeErrors({ path, message }: Finding, count: number): string {
  const rest = count === 1 ? '' : ` (and ${count - 1} more: see status.errors)`;
  return `${shorten(path === '' ? message : `${path}: ${message}`)}${rest}`;
}

function list(findings: readonly Finding[]) {
  return findings.slice(0, maxFindings).map(({ code, level, path, message, hint }) => ({
    ...{ code, level, path: shorten(path), message: shorten(message) },
    ...(hint !== undefined && { hint: shorten(hint) }),
  }));
}

/** Counted in characters, as the schema does; a pair of surrogates is never torn apart. */
function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= maxTextLength ? text : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}
