import type { JsonObject } from '../../api/json.ts';
import type { Step } from '../../api/step/step.ts';
import { compileExpression, evaluateCondition } from '../expression/expression.ts';
import { formatIssuePath } from '../issue-path.ts';
import { validateJson } from '../json-schema/validate-json.ts';
import { clip } from '../quote.ts';
import type { Scope } from '../template/scope.ts';
import { measureCompleteness } from './measure-completeness.ts';
import { measureRelevance } from './measure-relevance.ts';

type Checks = Extract<Step, { type: 'validation' }>['checks'];

/** What a `validation` step checks, and what it is given. */
export interface ChecksRun {
  readonly checks: Checks;
  /** The inputs of the step, or without any the results of the steps that it depends on, under their names. */
  readonly inputs: JsonObject;
  /** The inputs of the run: what results have to be relevant to. */
  readonly pipelineInputs: JsonObject;
  /** For the references in expressions; bare names are the inputs of the step. */
  readonly scope: Scope;
  /** The fields that completeness asks for when the step has no schema of its own: that of its role. */
  readonly roleSchema?: JsonObject | undefined;
}

/** The outputs of a `validation` step. */
export interface ChecksResult {
  readonly passed: boolean;
  /** From 0 to 1, to four digits; null when it is not checked. */
  readonly relevance: number | null;
  /** From 0 to 1, to four digits; null when it is not checked. */
  readonly completeness: number | null;
  /** Why it has not passed, in words, the first twenty reasons. */
  readonly errors: readonly string[];
}

const MOST_ERRORS = 20;
const LONGEST_ERROR = 512;

/** Makes all checks of a `validation` step: none is left out because another has failed. */
export function runChecks(run: ChecksRun): ChecksResult {
  const relevance = checkRelevance(run);
  const completeness = checkCompleteness(run);
  const errors = [...relevance.errors, ...completeness.errors, ...checkSchema(run), ...checkExpressions(run)];
  return {
    passed: errors.length === 0,
    relevance: relevance.score,
    completeness: completeness.score,
    errors: errors.slice(0, MOST_ERRORS).map(shorten),
  };
}

interface Scored {
  readonly score: number | null;
  readonly errors: readonly string[];
}

const notChecked: Scored = { score: null, errors: [] };

function checkRelevance({ checks, inputs, pipelineInputs }: ChecksRun): Scored {
  const check = checks.relevance;
  if (check === undefined || check.enabled === false) return notChecked;
  const { score, missing } = measureRelevance(inputs, { pipelineInputs, fields: check.fields });
  return compare('relevance', { score, threshold: check.threshold, lacking: missing.map(clip) });
}

function checkCompleteness({ checks, inputs, roleSchema }: ChecksRun): Scored {
  const check = checks.completeness;
  if (check === undefined || check.enabled === false) return notChecked;
  const schema = checks.schema ?? roleSchema;
  const { share, empty } = measureCompleteness({ value: inputs, fields: check.fields, schema });
  return compare('completeness', { score: share, threshold: check.threshold, lacking: empty.map(formatIssuePath) });
}

/** What is shown is what is compared, so that 0.7 never fails a threshold of 0.7. */
function compare(
  name: string,
  { score, threshold, lacking }: { score: number; threshold: number; lacking: readonly string[] },
): Scored {
  const rounded = Math.round(score * 10_000) / 10_000;
  if (rounded >= threshold) return { score: rounded, errors: [] };
  const without = lacking.length === 0 ? '' : `; lacking: ${lacking.join(', ')}`;
  return { score: rounded, errors: [`${name} is ${rounded}, must be at least ${threshold}${without}`] };
}

function checkSchema({ checks, inputs }: ChecksRun): readonly string[] {
  if (checks.schema === undefined) return [];
  const validated = validateJson(checks.schema, inputs);
  if ('problem' in validated)
    return [`the schema cannot be used: ${at(validated.problem.path)}${validated.problem.message}`];
  return validated.findings.map(({ path, message }) => `${at(path)}${message}`);
}

const at = (path: Parameters<typeof formatIssuePath>[0]) => (path.length === 0 ? '' : `${formatIssuePath(path)} `);

function checkExpressions({ checks, inputs, scope }: ChecksRun): readonly string[] {
  return (checks.expressions ?? []).flatMap((text) => {
    const compiled = compileExpression(text);
    const outcome =
      'problem' in compiled ? compiled : evaluateCondition(compiled.expression, { scope, variables: inputs });
    if ('problem' in outcome) return [`${clip(text)}: ${outcome.problem.message}`];
    return outcome.value ? [] : [`${clip(text)} is false`];
  });
}

const shorten = (error: string) => (error.length > LONGEST_ERROR ? `${error.slice(0, LONGEST_ERROR - 1)}…` : error);
