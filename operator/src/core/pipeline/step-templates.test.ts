import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { type Step, stepTypes } from '../../api/step/step.ts';
import { formatIssuePath } from '../issue-path.ts';
import { approval, call, choice, from, loop } from '../../testing/planning-case.ts';
import { expressionFields, orEntries, templateFields } from './step-templates.ts';

const parse = (step: object): Step => pipelineSpec.parse({ steps: [{ name: 'x', ...step }] }).steps[0]!;

/** A step of each type with every field that may hold templates, and the paths of these. */
const templated: Record<Step['type'], { step: object; paths: readonly string[] }> = {
  crawler: { step: { method: '{{a.m}}' }, paths: ['method'] },
  function: { step: { method: '{{a.m}}' }, paths: ['method'] },
  ml_model: { step: { model: '{{a.m}}' }, paths: ['model'] },
  ml_serving: {
    step: { serviceName: 's-{{input.s}}', model: 'm', modelUri: '{{a.u}}', modelVersion: '{{a.v}}' },
    paths: ['serviceName', 'modelUri', 'modelVersion'],
  },
  ml_training: { step: { training: { method: 'm', trainingData: { source: '{{a.s}}' } } }, paths: ['training'] },
  data_transform: { step: { asset: '{{a.s}}', method: '{{a.m}}' }, paths: ['asset', 'method'] },
  llm_flow: { step: { prompt: 'say {{a.v}}' }, paths: ['prompt'] },
  llm_agent: { step: { goal: 'do {{a.v}}', workspace: { artifact: '{{a.d}}' } }, paths: ['goal', 'workspace'] },
  council: { step: { council: 'c', topic: '{{a.v}}' }, paths: ['topic'] },
  custom_code: { step: { runtime: 'python3', code: { source: 'inline', content: 'x = "{{a.v}}"' } }, paths: [] },
  wait_for_asset: {
    step: {
      assets: ['{{a.n}}'],
      http: { url: 'https://{{a.h}}' },
      object: { apiVersion: 'v1', kind: 'Pod', name: '{{a.p}}', condition: 'Ready' },
    },
    paths: ['assets', 'http.url', 'object.name'],
  },
  loop: { step: loop('x', [call('inside', { method: '{{item.m}}' })]), paths: ['iterateOver'] },
  parallel_group: { step: { steps: [call('inside', { method: '{{a.m}}' })] }, paths: [] },
  conditional: { step: choice('x', '{{a.v}}', [[call('inside', { method: '{{a.m}}' })]]), paths: [] },
  validation: { step: { checks: { expressions: ['{{a.v}} > 1'] } }, paths: [] },
  output: {
    step: {
      format: 'json',
      template: '{{a.t}}',
      delivery: { method: 'webhook', url: 'https://{{a.h}}', headers: { 'x-id': '{{a.i}}' } },
    },
    paths: ['template', 'delivery.url', 'delivery.headers'],
  },
  approval: { step: approval('x', { message: 'is {{a.v}} right?' }), paths: ['message'] },
};

describe('templateFields', () => {
  it.each(Object.entries(templated))('finds the templates of a step of type %s', (type, { step, paths }) => {
    expect(templateFields(parse({ type, ...step })).map(({ path }) => formatIssuePath(path))).toEqual(paths);
  });

  it('knows every type of step', () => {
    expect(Object.keys(templated).sort()).toEqual(stepTypes.map(({ shape }) => shape.type.value).sort());
  });

  it('finds those that every step may have, and tells when each is read', () => {
    const step = parse({
      ...call('x', { cache: { key: '{{a.k}}' }, outputs: { v: 'asset_{{x.kind}}' } }),
      inputs: { one: from({ deep: '{{a.v}}' }), two: { or: ['{{b.v}}'] }, three: { value: '{{c.v}}' } },
    });
    expect(templateFields(step)).toEqual([
      { path: ['method'], value: 'm', read: 'input' },
      { path: ['cache', 'key'], value: '{{a.k}}', read: 'input' },
      { path: ['inputs', 'one', 'from'], value: { deep: '{{a.v}}' }, read: 'input' },
      { path: ['outputs'], value: { v: 'asset_{{x.kind}}' }, read: 'result' },
    ]);
  });

  it('takes inputs that are called like prototype fields for what they are', () => {
    const inputs = Object.fromEntries([
      ['constructor', from('{{a.v}}')],
      ['toString', from('{{a.w}}')],
    ]);
    const paths = templateFields(parse(call('x', { inputs }))).map(({ path }) => path.join('/'));
    expect(paths).toEqual(['method', 'inputs/constructor/from', 'inputs/toString/from']);
  });
});

describe('orEntries', () => {
  it('gives each entry by itself', () => {
    const step = parse(call('x', { inputs: { a: from('{{a.v}}'), b: { or: ['{{b.v}}', ['{{c.v}}']] } } }));
    expect(orEntries(step)).toEqual([
      { path: ['inputs', 'b', 'or', 0], value: '{{b.v}}', read: 'input' },
      { path: ['inputs', 'b', 'or', 1], value: ['{{c.v}}'], read: 'input' },
    ]);
  });

  it('gives nothing of a step without inputs', () => {
    expect(orEntries(parse(call('x')))).toEqual([]);
  });
});

describe('expressionFields', () => {
  const cases: Record<string, { step: object; fields: readonly unknown[] }> = {
    'a condition, which has no variables': {
      step: call('x', { when: 'a' }),
      fields: [{ path: ['when'], text: 'a', read: 'input', variables: [] }],
    },
    'the condition of a conditional': {
      step: choice('x', 'a', [[call('inside', { when: 'b' })]]),
      fields: [{ path: ['condition', 'expression'], text: 'a', read: 'input', variables: [] }],
    },
    'checks, whose variables are the outputs; what asks for existence is none': {
      step: call('x', {
        check: [
          { notExists: 'p.q', run: 'y' },
          { boolean: 'a', run: 'y' },
        ],
      }),
      fields: [{ path: ['check', 1, 'boolean'], text: 'a', read: 'result', variables: 'outputs' }],
    },
    'routes, read when the result is there': {
      step: call('x', { onSuccess: { routes: [{ match: { expression: 'a' }, run: 'y' }] } }),
      fields: [{ path: ['onSuccess', 'routes', 0, 'match', 'expression'], text: 'a', read: 'result', variables: [] }],
    },
    'those of a validation, whose variables are the inputs': {
      step: { type: 'validation', checks: { expressions: ['a', 'b'] } },
      fields: [
        { path: ['checks', 'expressions', 0], text: 'a', read: 'input', variables: 'inputs' },
        { path: ['checks', 'expressions', 1], text: 'b', read: 'input', variables: 'inputs' },
      ],
    },
    'those that an executor evaluates, with its variables': {
      step: {
        type: 'wait_for_asset',
        http: { url: 'https://h', expression: 'a' },
        object: { apiVersion: 'v1', kind: 'Pod', name: 'p', expression: 'b' },
      },
      fields: [
        { path: ['http', 'expression'], text: 'a', read: 'outside', variables: ['status', 'body'] },
        { path: ['object', 'expression'], text: 'b', read: 'outside', variables: ['object'] },
      ],
    },
    'none of a step that has none': { step: { type: 'validation', checks: {} }, fields: [] },
  };
  it.each(Object.entries(cases))('finds %s', (_, { step, fields }) => {
    expect(expressionFields(parse(step))).toEqual(fields);
  });
});
