import { pipelineSpec, type PipelineSpec } from '../api/pipeline.ts';
import type { JsonObject } from '../api/json.ts';
import { dryRun, type DryRunRequest } from '../core/dry-run/dry-run.ts';
import type { DryRunReport } from '../core/dry-run/dry-run-report.ts';
import { noMocks } from '../core/dry-run/mocks.ts';
import { parseMocks } from '../core/dry-run/parse-mocks.ts';
import type { Issue } from '../core/issue.ts';
import { pipelineGraph } from '../core/pipeline/pipeline-graph.ts';
import { impliedParameters } from '../core/dsl/implied-parameters.ts';
import { declareInputs } from './declare-inputs.ts';
import type { PipelineSketch } from './planned-run.ts';

/** What a dry-run of a test is given beside its pipeline. */
export interface DryRunSketch extends Partial<
  Pick<DryRunRequest, 'roles' | 'methods' | 'models' | 'councils' | 'safety'>
> {
  readonly inputs?: JsonObject;
  /** A document of mocks. */
  readonly mocks?: unknown;
}

/** Runs a pipeline on mocks that must fit it. */
export function reportOf(pipeline: PipelineSketch | PipelineSpec, sketch: DryRunSketch = {}): DryRunReport {
  const result = runOnMocks(pipeline, sketch);
  if ('issues' in result) throw new Error(`the mocks do not fit: ${JSON.stringify(result.issues)}`);
  return result.report;
}

/** Runs a pipeline on mocks, or gives what is wrong with them. */
export function runOnMocks(
  pipeline: PipelineSketch | PipelineSpec,
  { inputs = {}, mocks, ...world }: DryRunSketch = {},
): { readonly report: DryRunReport } | { readonly issues: readonly Issue[] } {
  const spec = declareUsed(pipelineSpec.parse(pipeline), inputs);
  const parsed = mocks === undefined ? { mocks: noMocks } : parseMocks(mocks, pipelineGraph(spec), spec.lifecycle);
  if ('issues' in parsed) return parsed;
  return dryRun({
    ...{ name: 'p', spec, inputs, mocks: parsed.mocks, startAt: new Date('2026-01-05T08:00:00.000Z') },
    ...{ roles: [], methods: [], models: [], councils: [], ...world },
  });
}

/** Declares the inputs that are given, and those that templates name, so that these are made up. */
function declareUsed(spec: PipelineSpec, inputs: JsonObject): PipelineSpec {
  const declared = declareInputs(spec, inputs);
  return {
    ...declared,
    parameters: [...(declared.parameters ?? []), ...(spec.parameters === undefined ? impliedParameters(declared) : [])],
  };
}
