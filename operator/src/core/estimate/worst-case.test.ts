import { describe, expect, test } from 'vitest';
import { step as stepSchema } from '../../api/step/step.ts';
import type { Usage } from '../../api/usage.ts';
import { aCouncil, aModel, aRole } from '../../testing/a-world.ts';
import { aMethod } from '../../testing/planned-run.ts';
import type { EstimateWorld } from './estimate-world.ts';
import { findWorstCase, worstCaseOf } from './worst-case.ts';

const price = { inputPerMillionTokens: '1', outputPerMillionTokens: '10' };
const world: EstimateWorld = {
  spec: { defaults: { timeoutSeconds: 600 } },
  roles: [
    aRole('developer', { modelRef: { name: 'large' }, limits: { maxTokens: 100_000, maxTurns: 5 } }),
    aRole('thrifty', {
      modelRef: { name: 'large' },
      limits: { maxTokens: 1000, maxOutputTokens: 100, maxTurns: 2, wallTimeSeconds: 60 },
    }),
    aRole('local', { modelRef: { name: 'beside' } }),
    aRole('odd', { modelRef: { name: 'odd' }, limits: { maxTokens: 1_000_000, maxTurns: 10 } }),
  ],
  models: [
    aModel('large', { price }),
    aModel('small', { price: { inputPerMillionTokens: '0.1' }, contextLength: 1000 }),
    aModel('odd', { price: { inputPerMillionTokens: '10', outputPerMillionTokens: '1' } }),
    aModel('four', { sidecar: { image: 'vllm', source: 'm', resources: { gpu: 4 } } }),
    aModel('single', { sidecar: { image: 'vllm', source: 'm' } }),
    aModel('beside', { price: { gpuHour: '3.6' }, sidecar: { image: 'vllm', source: 'm', gpus: 2 } }),
  ],
  methods: [
    aMethod('crawl-twitter', {
      id: 'crawler_twitter',
      type: 'http',
      http: { url: 'http://h' },
      costUnits: '0.25',
      timeoutSeconds: 30,
    }),
    aMethod('crawl-web', { id: 'crawler_web', type: 'http', http: { url: 'http://h' }, costUnits: '0.75' }),
    aMethod('faces', {
      type: 'image',
      image: { image: 'i', resources: { gpu: 2 } },
      costUnits: '1',
      timeoutSeconds: 100,
    }),
    aMethod('served', { type: 'model', serving: { image: 'i', port: 80, resources: { gpu: 1 } } }),
    aMethod('chain', {
      type: 'flow',
      flow: {
        modelRef: { name: 'large' },
        completions: [
          { name: 'a', prompt: 'p' },
          { name: 'b', prompt: 'p', modelRef: { name: 'small' } },
        ],
      },
    }),
    aMethod('graph', { type: 'graph', graph: { nodes: [{ id: 'a', type: 'llm', modelRef: { name: 'odd' } }] } }),
  ],
  councils: [
    aCouncil('sidecars', {
      members: [
        { name: 'a', roleRef: { name: 'developer' }, modelRef: { name: 'four' } },
        { name: 'b', roleRef: { name: 'developer' }, modelRef: { name: 'single' } },
      ],
    }),
    aCouncil('three', { roleRef: { name: 'developer' }, limits: { maxTokens: 1_000_000, maxOutputTokens: 1000 } }),
    aCouncil('apart', {
      ...{ isolation: 'pods', timeoutSeconds: 500, limits: { maxTokens: 4000, maxOutputTokens: 100 } },
      members: [
        { name: 'a', roleRef: { name: 'developer' }, modelRef: { name: 'beside' } },
        { name: 'b', roleRef: { name: 'developer' }, modelRef: { name: 'beside' } },
      ],
    }),
    aCouncil('debate', { strategy: 'debate', roleRef: { name: 'developer' }, size: 2 }),
    aCouncil('judged', {
      strategy: 'judge',
      members: [
        { name: 'a', roleRef: { name: 'developer' } },
        { name: 'b', roleRef: { name: 'developer' }, modelRef: { name: 'small' } },
      ],
      judge: { roleRef: { name: 'odd' } },
      rounds: 2,
      limits: { maxTokens: 1_000_000, maxOutputTokens: 1000 },
    }),
  ],
};

const cases: Record<string, { step: object; usage: Usage; unknown?: string[] }> = {
  'a call costs what its Method says': {
    step: { type: 'crawler', method: 'crawler_twitter' },
    usage: { costUnits: '0.25' },
  },
  'a call by a name that the run makes costs the dearest that it can become': {
    step: { type: 'crawler', method: 'crawler_{{source.type}}' },
    usage: { costUnits: '0.75' },
  },
  'a call by a name with several templates': {
    step: { type: 'crawler', method: 'c{{a}}ler{{b}}web{{c}}' },
    usage: { costUnits: '0.75' },
  },
  'a call by a name whose parts stand in another order': {
    step: { type: 'crawler', method: 'c{{a}}web{{b}}ler{{c}}' },
    usage: {},
    unknown: ["Method 'c{{a}}web{{b}}ler{{c}}'"],
  },
  'a call by a name whose parts would overlap': {
    step: { type: 'crawler', method: 'crawler_w{{a}}web' },
    usage: {},
    unknown: ["Method 'crawler_w{{a}}web'"],
  },
  'a call by a name that can become nothing known': {
    step: { type: 'crawler', method: 'other_{{source.type}}_x' },
    usage: {},
    unknown: ["Method 'other_{{source.type}}_x'"],
  },
  'a call has no GPUs, whatever it asks for': {
    step: { type: 'crawler', method: 'crawler_twitter', resources: { gpu: 8 } },
    usage: { costUnits: '0.25' },
  },
  'a Job holds the GPUs of its image until its timeout': {
    step: { type: 'function', method: 'faces' },
    usage: { gpuSeconds: 200, costUnits: '1' },
  },
  'a Job holds the GPUs of its step instead': {
    step: { type: 'function', method: 'faces', resources: { gpu: 1 }, timeoutSeconds: 50 },
    usage: { gpuSeconds: 50, costUnits: '1' },
  },
  'every replica of a service holds GPUs': {
    step: { type: 'ml_serving', model: 'served', serviceName: 's', replicas: 3 },
    usage: { gpuSeconds: 1800 },
  },
  'a program costs nothing that is known': {
    step: { type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: '' } },
    usage: {},
  },
  'an agent uses all tokens of its role, as many of them written as its turns can write': {
    step: { type: 'llm_agent', role: 'developer' },
    usage: { promptTokens: 79_520, completionTokens: 20_480, costUnits: '0.28432' },
  },
  'the limits of a step are over those of its role': {
    step: { type: 'llm_agent', role: 'developer', limits: { maxTokens: 1000, maxOutputTokens: 10 } },
    usage: { promptTokens: 950, completionTokens: 50, costUnits: '0.00145' },
  },
  'an agent without limits has the built-in ones': {
    step: { type: 'llm_agent', modelRef: { name: 'large' } },
    usage: { promptTokens: 118_080, completionTokens: 81_920, costUnits: '0.93728' },
  },
  'no request is larger than the context of the model': {
    step: { type: 'llm_agent', modelRef: { name: 'small' } },
    usage: { completionTokens: 20_000, costUnits: '0.002' },
  },
  'reading that is dearer than writing is what all tokens may go to': {
    step: { type: 'llm_agent', role: 'odd' },
    usage: { promptTokens: 959_040, completionTokens: 40_960, costUnits: '10' },
  },
  'a model that comes with the agent holds GPUs until the timeout': {
    step: { type: 'llm_agent', role: 'local', timeoutSeconds: 1000 },
    usage: { promptTokens: 118_080, completionTokens: 81_920, gpuSeconds: 2000, costUnits: '2' },
  },
  'GPUs are held no longer than the agent may take': {
    step: { type: 'llm_agent', role: 'thrifty', resources: { gpu: 1 } },
    usage: { promptTokens: 800, completionTokens: 200, gpuSeconds: 60, costUnits: '0.0028' },
  },
  'a graph may ask any of its models': {
    step: { type: 'llm_agent', role: 'thrifty', agentConfig: { graph_definition: 'graph' } },
    usage: { promptTokens: 800, completionTokens: 200, costUnits: '0.01' },
  },
  'a Method of another type than the step asks for says nothing of models': {
    step: {
      type: 'llm_agent',
      role: 'thrifty',
      agentConfig: { graph_definition: 'chain', nodes: [{ id: 'a', type: 'tool' }] },
    },
    usage: { promptTokens: 800, completionTokens: 200, costUnits: '0.0028' },
  },
  'a flow that is none asks once': {
    step: {
      type: 'llm_flow',
      flow: 'graph',
      modelRef: { name: 'large' },
      limits: { maxOutputTokens: 100, maxTokens: 5000 },
    },
    usage: { promptTokens: 4800, completionTokens: 200, costUnits: '0.0068' },
  },
  'a model beside the agent holds the GPUs of its resources, or one': {
    step: { type: 'council', council: 'sidecars', topic: 't' },
    usage: { promptTokens: 167_232, completionTokens: 32_768, gpuSeconds: 600 * 5 },
  },
  'a graph that is written in the step may name models as requests do': {
    step: { type: 'llm_agent', agentConfig: { nodes: [{ id: 'a', type: 'llm', model: 'small' }] } },
    usage: { completionTokens: 20_000, costUnits: '0.002' },
  },
  'a single completion may be asked for twice': {
    step: {
      type: 'llm_flow',
      prompt: 'p',
      modelRef: { name: 'large' },
      limits: { maxOutputTokens: 100, maxTokens: 5000 },
    },
    usage: { promptTokens: 4800, completionTokens: 200, costUnits: '0.0068' },
  },
  'a chain asks for each of its completions, at the dearest price among them': {
    step: { type: 'llm_flow', flow: 'chain', limits: { maxOutputTokens: 100 } },
    usage: { promptTokens: 199_600, completionTokens: 400, costUnits: '0.2036' },
  },
  'a Council of three proposes and judges': {
    step: { type: 'council', council: 'three', topic: 't' },
    usage: { promptTokens: 988_000, completionTokens: 12_000, costUnits: '1.108' },
  },
  'members with pods of their own share the tokens and the time, and each has the GPUs of its Model': {
    step: { type: 'council', council: 'apart', topic: 't' },
    // Two stages of 250 s, two pods in each, two GPUs in each of those.
    usage: { promptTokens: 3200, completionTokens: 800, gpuSeconds: 2000, costUnits: '2' },
  },
  'a judge judges alone, after all rounds': {
    step: { type: 'council', council: 'judged', topic: 't' },
    usage: { promptTokens: 990_000, completionTokens: 10_000, costUnits: '10' },
  },
  'a debate has two rounds before it is judged': {
    step: { type: 'council', council: 'debate', topic: 't' },
    usage: { promptTokens: 150_848, completionTokens: 49_152, costUnits: '0.642368' },
  },
  'a Council that is not known': {
    step: { type: 'council', council: 'nobody', topic: 't' },
    usage: { completionTokens: 200_000 },
    unknown: ["Council 'nobody'"],
  },
  'a role and a model that are not known': {
    step: { type: 'llm_agent', role: 'nobody', modelRef: { name: 'nothing' } },
    usage: { promptTokens: 118_080, completionTokens: 81_920 },
    unknown: ["AgentRole 'nobody'", "Model 'nothing'"],
  },
  'an agent that names no model': {
    step: { type: 'llm_agent', limits: { maxTokens: 10 } },
    usage: { completionTokens: 10 },
    unknown: ['the Model that is asked'],
  },
  'a layout that is not known costs nothing': {
    step: { type: 'output', format: 'json', template: 'nobody' },
    usage: {},
  },
  'people cost nothing': { step: { type: 'approval', approvals: [{ role: 'po', count: 1 }] }, usage: {} },
};

describe('the worst case of one attempt', () => {
  test.each(Object.entries(cases))('%s', (_, { step, usage, unknown = [] }) => {
    const parsed = stepSchema.parse({ name: 's', ...step });
    expect(worstCaseOf(parsed, world)).toEqual(usage);
    expect(findWorstCase(parsed, world).unknown).toEqual(unknown);
  });
});
