import { describe, expect, it } from 'vitest';
import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentWork, FlowWork } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import type { KnownRecord } from '../context/known-record.ts';
import { withContext } from './resolve-context.ts';
import { artifactsFor, type ArtifactSources } from './resolve-artifacts.ts';

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const [report, data, stored] = [digestOf('a'), digestOf('b'), digestOf('c')];

const aRole = (context?: AgentRole['spec']['context']): AgentRole => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'AgentRole', metadata: { name: 'reader' } },
  spec: { prompt: 'Read.', ...(context !== undefined && { context }) },
});

const aStep = (more: object = {}) => ({ name: 'read', type: 'llm_agent', ...more }) as Step;

const at = '2026-11-28T00:00:00Z';
const known: readonly KnownRecord[] = [
  { kind: 'result', name: 'publish', fields: { report, files: [{ data }, { data: report }], text: `see ${data}` }, at },
  { kind: 'result', name: 'collect', stored: { digest: stored, sizeBytes: 7 }, at },
];
const sources: ArtifactSources = { step: aStep(), inputs: {}, known };

describe('the artifacts that an agent may read', () => {
  const model = { url: 'http://m/v1', name: 'm' };
  const agent: AgentWork = { kind: 'agent', role: { tools: [], model } };

  it('stand in its task, and in that of nobody else', () => {
    const names = (role: AgentRole) => withContext(agent, sources, [role])?.artifacts?.map(({ name }) => name);
    expect(names(aRole())).toEqual(['publish.report', 'publish.files[0].data', 'collect']);
    expect(names(aRole({ hiddenFields: ['notes'] }))).toBeUndefined();
    const flow: FlowWork = { kind: 'flow', completions: [{ name: 'answer', model }] };
    expect(withContext(flow, sources, [aRole()])).toEqual({ ...flow, context: expect.anything() as unknown });
  });

  it('are those that results that can be seen from its step name by digest, and results that are only in the store', () => {
    expect(artifactsFor(aRole(), sources)).toEqual([
      { name: 'publish.report', digest: report },
      { name: 'publish.files[0].data', digest: data },
      { name: 'collect', digest: stored, sizeBytes: 7, mediaType: 'application/json' },
    ]);
  });

  it('are not fewer where the pack has no room for what names them', () => {
    const { context, artifacts } = withContext(agent, sources, [aRole({ maxTokens: 1 })]) as AgentWork;
    expect(context?.text ?? '').not.toContain('publish');
    expect(artifacts?.map(({ name }) => name)).toEqual(['publish.report', 'publish.files[0].data', 'collect']);
  });

  it('are those that its inputs and its goal name, too, each once', () => {
    const prompt = [{ text: 'Look at ' }, { name: 'publish.report', value: report }, { name: 'x', value: data }];
    expect(artifactsFor(aRole(), { step: aStep(), inputs: { of: { it: [data] } }, prompt })).toEqual([
      { name: 'inputs.of.it[0]', digest: data },
      { name: 'publish.report', digest: report },
    ]);
  });

  it.each<[string, AgentRole | undefined, Partial<ArtifactSources>]>([
    ['for a role that may read none', aRole({ artifacts: false }), {}],
    ['for a step that acts by no role', undefined, {}],
    ['for a role from which a field is kept', aRole({ hiddenFields: ['publish.notes'] }), {}],
    ['for a role that sees but some fields', aRole({ fields: ['publish.report'] }), {}],
    ['for a role that sees but some fields, from inputs', aRole({ fields: ['x'] }), { inputs: { stored }, known: [] }],
    ['for a step that says itself which tools it uses', aRole(), { step: aStep({ tools: ['file'] }) }],
    ['where nothing names one', aRole(), { known: [], inputs: { text: `${report} and more` } }],
  ])('are none %s', (_, role, more) => {
    expect(artifactsFor(role, { ...sources, ...more })).toBeUndefined();
  });

  it('are no more than a task holds, whatever a result has in it', () => {
    const many = Array.from({ length: 300 }, (_, index) => `sha256:${index.toString(16).padStart(64, '0')}`);
    expect(artifactsFor(aRole(), { ...sources, inputs: { many } })).toHaveLength(256);
    let deep: object = { report };
    for (let depth = 0; depth < 5000; depth += 1) deep = { deep };
    expect(artifactsFor(aRole(), { ...sources, known: [], inputs: { deep: deep as never } })).toBeUndefined();
  });
});
