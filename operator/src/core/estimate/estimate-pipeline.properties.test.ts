import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import type { Usage } from '../../api/usage.ts';
import { arbitraryPipeline } from '../../testing/arbitrary-pipeline.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { SlowRun } from '../../testing/slow-run.ts';
import { estimatePipeline } from './estimate-pipeline.ts';
import { addUsage, exceedsCeilings } from './usage-sum.ts';
import { worstCaseOf } from './worst-case.ts';

const methods = ['m', 'm_2', 's'].map((id, index) =>
  aMethod(id.replace('_', '-'), {
    id,
    type: 'model',
    http: { url: 'http://h' },
    costUnits: `0.${index + 1}`,
    timeoutSeconds: 7,
  }),
);
const tape = fc.noBias(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 300 }));

const tokensOf = ({ promptTokens = 0, completionTokens = 0 }: Usage) => promptTokens + completionTokens;

describe('the estimate of a pipeline', () => {
  test('is never less than what the planner does, however slow and unlucky the run is', () => {
    let busy = 0;
    fc.assert(
      fc.property(arbitraryPipeline, tape, (sketch, numbers) => {
        const spec = pipelineSpec.parse(sketch);
        const world = { spec, methods, roles: [], models: [], councils: [] };
        let at = 0;
        const choose = (below: number) => (numbers[at++ % numbers.length] ?? 0) % below;
        const slow = new SlowRun(sketch, { methods }, choose).finish();
        const estimate = estimatePipeline(world);
        const used = slow.starts.map(({ step }) => worstCaseOf(step, world)).reduce(addUsage, {});
        const { costUnits = '0', gpuSeconds = 0 } = estimate.usage;
        expect(exceedsCeilings(used, { tokens: tokensOf(estimate.usage), costUnits, gpuSeconds })).toBeUndefined();
        expect(slow.seconds).toBeLessThanOrEqual(estimate.durationSeconds);
        if (slow.starts.length > 5) busy++;
      }),
      { numRuns: Number(process.env['CONCLAVE_PROPERTY_RUNS'] ?? 150) },
    );
    expect(busy).toBeGreaterThan(10);
  });
});
