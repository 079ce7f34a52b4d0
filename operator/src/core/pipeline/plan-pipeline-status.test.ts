import { describe, expect, it } from 'vitest';
import { pipelineKind, pipelineSpec, type Pipeline } from '../../api/pipeline.ts';
import type { Finding, Verdict } from '../validation/verdict.ts';
import { planPipelineStatus } from './plan-pipeline-status.ts';

const monday = new Date('2026-01-05T08:00:00Z');
const tuesday = new Date('2026-01-06T08:00:00Z');

const aSpec = (step: string) => pipelineSpec.parse({ steps: [{ name: step, type: 'crawler', method: 'm' }] });
const aPipeline = (overrides: Partial<Pipeline> = {}): Pipeline => ({
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'p', namespace: 'ns', generation: 3 },
  spec: aSpec('a'),
  ...overrides,
});
const aFinding = (overrides: Partial<Finding> = {}): Finding => ({
  code: 'UnknownField',
  level: 1,
  path: 'spec.steps[0].metod',
  message: "unknown field 'metod'",
  ...overrides,
});
const aVerdict = (overrides: Partial<Verdict> = {}): Verdict => ({
  valid: (overrides.errors ?? []).length === 0,
  ...{ errors: [], warnings: [], notes: [], estimates: [] },
  ...overrides,
});
const plan = (errors: readonly Finding[], pipeline = aPipeline(), now = monday) =>
  planPipelineStatus({ pipeline, verdict: aVerdict({ errors }), now });

describe('planPipelineStatus', () => {
  it('says that a pipeline without mistakes is valid, and of which generation that holds', () => {
    const status = plan([]);
    expect(status.conditions).toEqual([
      {
        type: 'Valid',
        status: 'True',
        reason: 'AllChecksPassed',
        message: 'all checks passed',
        observedGeneration: 3,
        lastTransitionTime: monday.toISOString(),
      },
    ]);
    expect(status).toMatchObject({ observedGeneration: 3, stepCount: 1 });
    expect(status.errors).toBeUndefined();
  });

  it('names the first mistake in the condition and lists all of them', () => {
    const status = plan([aFinding({ hint: 'did you mean method?' }), aFinding({ path: 'spec.x' })]);
    expect(status.conditions?.[0]).toMatchObject({
      status: 'False',
      reason: 'SchemaInvalid',
      message: "spec.steps[0].metod: unknown field 'metod' (and 1 more: see status.errors)",
    });
    expect(status.errors).toEqual([
      {
        code: 'UnknownField',
        level: 1,
        path: 'spec.steps[0].metod',
        message: "unknown field 'metod'",
        hint: 'did you mean method?',
      },
      { code: 'UnknownField', level: 1, path: 'spec.x', message: "unknown field 'metod'" },
    ]);
  });

  it('does not take a warning for a mistake, and lists it', () => {
    const verdict = aVerdict({ warnings: [aFinding({ level: 3, code: 'AssetConflict' })] });
    const status = planPipelineStatus({ pipeline: aPipeline(), verdict, now: monday });
    expect(status.conditions?.[0]).toMatchObject({
      status: 'True',
      message: 'all checks passed, with 1 warning: see status.warnings',
    });
    expect(status.warnings).toMatchObject([{ code: 'AssetConflict', level: 3 }]);
  });

  it.each([
    [1, 'SchemaInvalid'],
    [2, 'ReferencesInvalid'],
    [3, 'DataFlowInvalid'],
    [4, 'ResourcesInvalid'],
  ] as const)('names the lowest level that found an error: %i', (level, reason) => {
    expect(plan([aFinding({ level: 4 }), aFinding({ level })]).conditions?.[0]).toMatchObject({
      status: 'False',
      reason,
    });
  });

  it('says what a run is estimated to take', () => {
    const estimate = { low: { costUnits: '0' }, high: { costUnits: '25', durationSeconds: 900 }, assumptions: ['x'] };
    const run = { kind: 'Pipeline', name: 'p', estimatedCostUnits: '25', estimatedDurationMinutes: 15, estimate };
    const verdict = aVerdict({ estimates: [run] });
    expect(planPipelineStatus({ pipeline: aPipeline(), verdict, now: monday }).estimate).toEqual(estimate);
  });

  it('lists 20 mistakes and counts the rest', () => {
    const status = plan(Array.from({ length: 50 }, () => aFinding()));
    expect(status.errors).toHaveLength(20);
    expect(status.conditions?.[0]?.message).toContain('and 49 more');
  });

  it('keeps within the schema of the status whatever a mistake says', () => {
    const long = '🜁'.repeat(5000);
    const status = plan([aFinding({ message: long, hint: long, path: long })]);
    expect(pipelineKind.status.safeParse(status).error).toBeUndefined();
  });

  it('comes to the same status when it plans again later', () => {
    const first = plan([aFinding()]);
    expect(plan([aFinding()], aPipeline({ status: first }), tuesday)).toEqual(first);
  });

  it('forgets the mistakes once they are mended', () => {
    const before = plan([aFinding()]);
    const after = plan([], aPipeline({ status: before }), tuesday);
    expect(after.errors).toBeUndefined();
    expect(after.conditions?.[0]).toMatchObject({ status: 'True', lastTransitionTime: tuesday.toISOString() });
  });

  it('has another digest for another spec', () => {
    const other = aPipeline({ spec: aSpec('b') });
    expect(plan([], other).digest).not.toBe(plan([]).digest);
  });
});
