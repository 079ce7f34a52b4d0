import { describe, expect, it } from 'vitest';
import { pipelineKind, pipelineSpec, type Pipeline } from '../../api/pipeline.ts';
import type { Issue } from '../issue.ts';
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
const anIssue = (overrides: Partial<Issue> = {}): Issue => ({
  code: 'UnknownField',
  path: ['spec', 'steps', 0, 'metod'],
  message: "unknown field 'metod'",
  ...overrides,
});
const plan = (issues: readonly Issue[], pipeline = aPipeline(), now = monday) =>
  planPipelineStatus({ pipeline, issues, now });

describe('planPipelineStatus', () => {
  it('says that a pipeline without mistakes is valid, and of which generation that holds', () => {
    const status = plan([]);
    expect(status.conditions).toEqual([
      {
        type: 'Valid',
        status: 'True',
        reason: 'AllChecksPassed',
        message: 'the pipeline fits its schema',
        observedGeneration: 3,
        lastTransitionTime: monday.toISOString(),
      },
    ]);
    expect(status).toMatchObject({ observedGeneration: 3, stepCount: 1 });
    expect(status.errors).toBeUndefined();
  });

  it('names the first mistake in the condition and lists all of them', () => {
    const status = plan([anIssue({ hint: 'did you mean method?' }), anIssue({ path: ['spec', 'x'] })]);
    expect(status.conditions?.[0]).toMatchObject({
      status: 'False',
      reason: 'SchemaInvalid',
      message: "spec.steps[0].metod: unknown field 'metod' (and 1 more: see status.errors)",
    });
    expect(status.errors).toEqual([
      {
        code: 'UnknownField',
        path: 'spec.steps[0].metod',
        message: "unknown field 'metod'",
        hint: 'did you mean method?',
      },
      { code: 'UnknownField', path: 'spec.x', message: "unknown field 'metod'" },
    ]);
  });

  it('does not take a warning for a mistake', () => {
    expect(plan([anIssue({ severity: 'warning' })]).conditions?.[0]?.status).toBe('True');
  });

  it('lists 20 mistakes and counts the rest', () => {
    const status = plan(Array.from({ length: 50 }, () => anIssue()));
    expect(status.errors).toHaveLength(20);
    expect(status.conditions?.[0]?.message).toContain('and 49 more');
  });

  it('keeps within the schema of the status whatever a mistake says', () => {
    const long = '🜁'.repeat(5000);
    const status = plan([anIssue({ message: long, hint: long, path: ['spec', long] })]);
    expect(pipelineKind.status.safeParse(status).error).toBeUndefined();
  });

  it('comes to the same status when it plans again later', () => {
    const first = plan([anIssue()]);
    expect(plan([anIssue()], aPipeline({ status: first }), tuesday)).toEqual(first);
  });

  it('forgets the mistakes once they are mended', () => {
    const before = plan([anIssue()]);
    const after = plan([], aPipeline({ status: before }), tuesday);
    expect(after.errors).toBeUndefined();
    expect(after.conditions?.[0]).toMatchObject({ status: 'True', lastTransitionTime: tuesday.toISOString() });
  });

  it('has another digest for another spec', () => {
    const other = aPipeline({ spec: aSpec('b') });
    expect(plan([], other).digest).not.toBe(plan([]).digest);
  });
});
