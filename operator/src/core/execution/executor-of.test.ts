import { describe, expect, it } from 'vitest';
import { aStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import type { ExecutionMode } from '../pipeline/step-methods.ts';
import { type Executor, executorOf } from './executor-of.ts';

const image = aMethod('m', { type: 'image', image: { image: 'registry/m' } });
const http = aMethod('m', { type: 'http', http: { url: 'https://m' } });
const servedModel = aMethod('m', { type: 'model', image: { image: 'registry/m' } });
const calledModel = aMethod('m', { type: 'model', http: { url: 'https://m' } });
const tool = aMethod('m', { type: 'mcp', mcp: { url: 'https://m', tool: 't' } });
const flow = aMethod('m', { type: 'flow', flow: { completions: [] } });

const callsMethod = { type: 'function', method: 'm' };
const code = { type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: '' } };

interface Case {
  readonly step?: object;
  readonly mode?: ExecutionMode;
  readonly method?: typeof image;
  readonly executor: Executor | undefined;
}

const cases: Record<string, Case> = {
  'a program of its own': { step: code, executor: 'code-job' },
  'the image of a Method': { method: image, executor: 'image-job' },
  'the image of a model': { step: { type: 'ml_model', model: 'm' }, method: servedModel, executor: 'image-job' },
  'a Method that is called': { mode: 'api', method: http, executor: 'http-call' },
  'a document': { step: { type: 'output', format: 'json' }, executor: 'output' },
  'an address that is asked again and again': {
    step: { type: 'wait_for_asset', assets: ['a'], http: { url: 'https://a' } },
    mode: 'polling',
    executor: 'http-probe',
  },
  'an object that is looked at': {
    step: { type: 'wait_for_asset', assets: ['a'] },
    mode: 'polling',
    executor: 'object-probe',
  },
  'a model that is served': {
    step: { type: 'ml_serving', model: 'm', serviceName: 's' },
    mode: 'k8s',
    executor: 'serving',
  },
  'a transformation that answers by an event': {
    step: { type: 'data_transform', asset: 'a' },
    mode: 'event_driven',
    executor: 'event-request',
  },
  'an object of another engine': {
    step: { type: 'ml_training', training: { method: 'm' } },
    mode: 'orchestrator_delegation',
    executor: 'object',
  },
  'nothing, for a Method that is gone': { executor: undefined },
  'nothing, for a Method that is called where an image is asked for': { method: http, executor: undefined },
  'nothing, for a model without an image': { method: calledModel, executor: undefined },
  'nothing, for a Method that no Job runs': { method: flow, executor: undefined },
  'an agent': { step: { type: 'llm_agent', role: 'writer' }, executor: 'agent-job' },
  'a flow': { step: { type: 'llm_flow', flow: 'm' }, method: flow, executor: 'agent-job' },
  'a deliberation': { step: { type: 'council', council: 'board', topic: 't' }, executor: 'agent-job' },
  'a tool of an MCP server': { method: tool, executor: 'agent-job' },
  'nothing, for a flow that the operator is to run itself': {
    step: { type: 'llm_flow', flow: 'm' },
    mode: 'api',
    executor: undefined,
  },
  'nothing, for what is planned and not run': { mode: 'workflow_logic', executor: undefined },
};

describe('an attempt runs', () => {
  it.each(Object.entries(cases))('%s', (_, { step = callsMethod, mode = 'direct', method, executor }) => {
    expect(executorOf({ mode, step: aStep(step) }, method)).toBe(executor);
  });
});
