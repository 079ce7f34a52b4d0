import { describe, expect, it } from 'vitest';
import type { AgentRole } from '../../api/agent-role.ts';
import type { MethodSpec } from '../../api/method.ts';
import { pipelineSpec } from '../../api/pipeline.ts';
import { type Step, stepTypes } from '../../api/step/step.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { approval, call, choice, loop } from '../../testing/planning-case.ts';
import { type ExecutionMode, findMethod, findRole, methodNameOf, modeOf, modesOfMethod } from './step-methods.ts';

const parse = (step: object): Step => pipelineSpec.parse({ steps: [{ name: 'x', ...step }] }).steps[0]!;

/** A step of each type, the Method that it calls, and how it is executed when nothing says otherwise. */
const usual: Record<Step['type'], { step: object; method?: string; mode: ExecutionMode }> = {
  crawler: { step: { method: 'm' }, method: 'm', mode: 'api' },
  function: { step: { method: 'm' }, method: 'm', mode: 'direct' },
  data_transform: { step: { asset: 'a', method: 'm' }, method: 'm', mode: 'event_driven' },
  ml_model: { step: { model: 'm' }, method: 'm', mode: 'api' },
  ml_serving: { step: { model: 'm', serviceName: 's' }, method: 'm', mode: 'k8s' },
  ml_training: { step: { training: { method: 'sft + lora' } }, method: 'sft + lora', mode: 'orchestrator_delegation' },
  llm_flow: { step: { flow: 'f' }, method: 'f', mode: 'direct' },
  llm_agent: { step: { agentConfig: { graph_definition: 'g' } }, method: 'g', mode: 'direct' },
  output: { step: { format: 'json', template: 't' }, method: 't', mode: 'direct' },
  council: { step: { council: 'c', topic: 't' }, mode: 'direct' },
  custom_code: { step: { runtime: 'python3', code: { source: 'inline', content: '' } }, mode: 'direct' },
  wait_for_asset: { step: { assets: ['a'] }, mode: 'polling' },
  loop: { step: loop('x', [call('y')]), mode: 'workflow_logic' },
  parallel_group: { step: { steps: [call('y')] }, mode: 'workflow_logic' },
  conditional: { step: choice('x', 'true', [[call('y')]]), mode: 'workflow_logic' },
  validation: { step: { checks: {} }, mode: 'direct' },
  approval: { step: approval('x'), mode: 'workflow_logic' },
};

describe('a step of type', () => {
  it.each(Object.entries(usual))('%s calls its Method, and has a mode by default', (type, { step, method, mode }) => {
    const parsed = parse({ type, ...step });
    expect({ method: methodNameOf(parsed), mode: modeOf(parsed, undefined) }).toEqual({ method, mode });
  });

  it('any that there is, is known', () => {
    expect(Object.keys(usual).sort()).toEqual(stepTypes.map(({ shape }) => shape.type.value).sort());
  });
});

describe('methodNameOf', () => {
  const cases: Record<string, { step: object; method: string | undefined }> = {
    'takes the name of the service where no model is named': {
      step: { type: 'ml_serving', serviceName: 's' },
      method: 's',
    },
    'gives none for an agent without a graph': { step: { type: 'llm_agent' }, method: undefined },
    'gives none for a single completion': { step: { type: 'llm_flow', prompt: 'p' }, method: undefined },
  };
  it.each(Object.entries(cases))('%s', (_, { step, method }) => {
    expect(methodNameOf(parse(step))).toBe(method);
  });
});

const http: MethodSpec = { type: 'http', http: { url: 'https://h' } };
const image: MethodSpec = { type: 'image', image: { image: 'i' } };
const both: MethodSpec = { type: 'model', http: { url: 'https://h' }, image: { image: 'i' } };

describe('modeOf', () => {
  const cases: Record<string, { step: object; method: MethodSpec; mode: ExecutionMode }> = {
    'takes the mode that is asked for, whatever the Method': {
      ...{ step: call('x', { executionMode: 'direct' }), method: http, mode: 'direct' },
    },
    'takes a call for a function whose Method is one': { step: call('x'), method: http, mode: 'api' },
    'takes a Job for a crawler whose Method is an image': {
      ...{ step: { type: 'crawler', method: 'm' }, method: image, mode: 'direct' },
    },
    'takes a Job for a model that only runs as one': {
      step: { type: 'ml_model', model: 'm' },
      method: { type: 'model', image: { image: 'i' } },
      mode: 'direct',
    },
    'keeps the usual mode of a model that can do both': {
      ...{ step: { type: 'ml_model', model: 'm' }, method: both, mode: 'api' },
    },
    'keeps the usual mode where the Method can do neither': {
      step: call('x'),
      method: { type: 'template', template: {} },
      mode: 'direct',
    },
    'does not ask the Method of other types of steps': {
      ...{ step: { type: 'output', format: 'json', template: 'm' }, method: http, mode: 'direct' },
    },
  };
  it.each(Object.entries(cases))('%s', (_, { step, method, mode }) => {
    expect(modeOf(parse(step), aMethod('m', method))).toBe(mode);
  });
});

describe('modesOfMethod', () => {
  const cases: Record<string, { method: MethodSpec; modes: readonly string[] }> = {
    'a call': { method: http, modes: ['api'] },
    'an image': { method: image, modes: ['direct'] },
    'a tool': { method: { type: 'mcp', mcp: { url: 'https://h', tool: 't' } }, modes: ['direct'] },
    'a model that is called or run': { method: both, modes: ['api', 'direct'] },
    'a model that is only served': {
      method: { type: 'model', serving: { image: 'i', port: 80 } },
      modes: [],
    },
    'a flow': { method: { type: 'flow', flow: { completions: [{ name: 'c', prompt: 'p' }] } }, modes: [] },
  };
  it.each(Object.entries(cases))('knows how %s can be called', (_, { method, modes }) => {
    expect(modesOfMethod(aMethod('m', method))).toEqual(modes);
  });
});

describe('findMethod', () => {
  const plain = aMethod('crawl-it', http);
  const named = aMethod('other', { ...http, id: 'crawl_it' });
  const cases: Record<string, { methods: Parameters<typeof findMethod>[0]; name: string; found: unknown }> = {
    'finds by the name with `_` as `-`': { methods: [plain], name: 'crawl_it', found: plain },
    'finds by the id': { methods: [named], name: 'crawl_it', found: named },
    'takes the id before the name': { methods: [plain, named], name: 'crawl_it', found: named },
    'knows no id as it would be spelled as a name': { methods: [named], name: 'crawl-it', found: undefined },
    'finds nothing by another name': { methods: [plain, named], name: 'crawl', found: undefined },
  };
  it.each(Object.entries(cases))('%s', (_, { methods, name, found }) => {
    expect(findMethod(methods, name)).toBe(found);
  });
});

describe('findRole', () => {
  const aRole = (name: string, role: string) => ({ metadata: { name }, spec: { role } }) as unknown as AgentRole;
  const roles = [aRole('first', 'qa'), aRole('second', 'qa'), aRole('qa', 'developer')];

  it('takes the role of that name', () => {
    expect(findRole(roles, 'qa')).toBe(roles[2]);
  });

  it('takes the first that plays the role where none has the name', () => {
    expect(findRole(roles.slice(0, 2), 'qa')).toBe(roles[0]);
    expect(findRole(roles, 'developer')).toBe(roles[2]);
  });

  it('finds nothing else', () => {
    expect(findRole(roles, 'po')).toBeUndefined();
  });
});
