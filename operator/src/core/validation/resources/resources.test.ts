import { describe, expect, test } from 'vitest';
import { aPipelineText, judgeText } from '../../../testing/judge-text.ts';
import { type NodeCapacity, unknownWorld } from '../world.ts';

const program = (more: string) =>
  `{name: a, type: custom_code, runtime: python3, code: {source: inline, content: ''}${more && `, ${more}`}}`;
const object = (kind: string, name: string, spec: string) =>
  `apiVersion: conclave.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n---\n`;

const small: NodeCapacity = { name: 'small', labels: {}, allocatable: { cpu: '3920m', memory: '16374544Ki' } };
const large: NodeCapacity = {
  name: 'large',
  labels: { pool: 'gpu' },
  allocatable: { cpu: '2', memory: '8Gi', 'nvidia.com/gpu': '4', 'amd.com/gpu': '1' },
};

/** What level 4 says of a step on these nodes. */
function found(
  step: string,
  { objects = '', nodes = [small, large] }: { objects?: string; nodes?: readonly NodeCapacity[] } = {},
) {
  const { errors, warnings } = judgeText(`${objects}${aPipelineText(`steps: [${step}]`)}`, { ...unknownWorld, nodes });
  return [...errors, ...warnings].filter(({ level }) => level === 4).map(({ message }) => message);
}

describe('a pod', () => {
  const fitting: Record<string, string> = {
    'that asks for nothing': program(''),
    'as large as a node': program('resources: {cpu: 3.92, memory: 16374544Ki}'),
    'with GPUs': program('resources: {gpu: 4, cpu: 2, memory: 8Gi}'),
    'with GPUs of another make': program('resources: {gpu: 1, gpuResourceName: amd.com/gpu}'),
    'with GPUs by a claim': program('resources: {gpu: 64, resourceClaimTemplateName: all}'),
    'on a node with a label': program('resources: {cpu: 2}, placement: {nodeSelector: {pool: gpu}}'),
  };
  test.each(Object.entries(fitting))('%s fits', (_, step) => {
    expect(found(step)).toEqual([]);
  });

  const unfit: Record<string, readonly [step: string, why: string]> = {
    'a little larger than each node': [
      program('resources: {cpu: 3921m}'),
      'it asks for 3.921 cpu, and no node has more than 3.92',
    ],
    'with too much memory by one byte': [
      program('resources: {memory: 16767533057}'),
      'it asks for 16767533057 memory, and no node has more than 16767533056',
    ],
    'with too many GPUs': [program('resources: {gpu: 5}'), 'it asks for 5 nvidia.com/gpu, and no node has more than 4'],
    'with GPUs that no node has': [
      program('resources: {gpu: 1, gpuResourceName: intel.com/gpu}'),
      'it asks for 1 intel.com/gpu, and no node has more than 0',
    ],
    'with what no node has at once': [
      program('resources: {gpu: 1, cpu: 3}'),
      'no node has all that it asks for at once',
    ],
    'on a node with a label that there is not': [
      program('placement: {nodeSelector: {pool: none}}'),
      'no node has the labels of its nodeSelector',
    ],
    'too large for the node with the label': [
      program('resources: {cpu: 3}, placement: {nodeSelector: {pool: gpu}}'),
      'it asks for 3 cpu, and no node has more than 2',
    ],
  };
  test.each(Object.entries(unfit))('%s does not fit', (_, [step, why]) => {
    expect(found(step)).toEqual([`no node can hold the pod of step 'a': ${why}`]);
  });

  const image = object('Method', 'm', '{type: image, image: {image: a, resources: {cpu: 64}}}');
  const http = object('Method', 'm', "{type: http, http: {url: 'https://example.com'}}");

  test('asks for what its Method says, unless the step says otherwise', () => {
    expect(found('{name: a, type: crawler, method: m}', { objects: image })).toHaveLength(1);
    expect(found('{name: a, type: crawler, method: m, resources: {cpu: 1}}', { objects: image })).toEqual([]);
  });

  test('is not there for a call by the operator', () => {
    expect(found('{name: a, type: crawler, method: m, resources: {cpu: 64}}', { objects: http })).toEqual([]);
  });

  test('asks for what its role says, and for its model beside it', () => {
    const role = (cpu: number) =>
      object('AgentRole', 'r', `{prompt: x, modelRef: {name: s}, resources: {cpu: ${cpu}}}`) +
      object('Model', 's', '{modelName: s, sidecar: {image: a, source: b, gpus: 4, resources: {cpu: 1}}}');
    expect(found('{name: a, type: llm_agent, role: r}', { objects: role(1) })).toEqual([]);
    expect(found('{name: a, type: llm_agent, role: r}', { objects: role(2) })).toEqual([
      "no node can hold the pod of step 'a': no node has all that it asks for at once",
    ]);
  });

  test('of a model that is served asks for what its Method says', () => {
    const served = object(
      'Method',
      'm',
      '{type: model, serving: {image: a, port: 80, resources: {memory: 1Ti}, placement: {nodeSelector: {pool: gpu}}}}',
    );
    expect(found('{name: a, type: ml_serving, serviceName: s, model: m}', { objects: served })).toEqual([
      "no node can hold the pod of step 'a': it asks for 1099511627776 memory, and no node has more than 8589934592",
    ]);
  });

  test('of a flow asks for the model beside it, of a call to the model it does not', () => {
    const model = object('Model', 's', '{modelName: s, sidecar: {image: a, source: b, resources: {gpu: 64}}}');
    const flow = (mode: string) => `{name: a, type: llm_flow, prompt: x, modelRef: {name: s}, executionMode: ${mode}}`;
    expect(found(flow('direct'), { objects: model })).toHaveLength(1);
    expect(found(flow('api'), { objects: model })).toEqual([]);
  });

  test('is never too large for nodes that are not known', () => {
    expect(judgeText(aPipelineText(`steps: [${program('resources: {cpu: 999999}')}]`)).errors).toEqual([]);
  });
});

describe('GPUs', () => {
  const withFree = (free: string) => ({ nodes: [{ ...large, free: { 'nvidia.com/gpu': free } }] });

  test('that others use now are told', () => {
    expect(found(program('resources: {gpu: 2}'), withFree('1'))).toEqual([
      "Step 'a' requests 2 GPUs, current availability: 1/4 GPUs",
    ]);
  });

  test('that nobody uses are no matter, nor are those of steps that ask for none', () => {
    expect(found(program('resources: {gpu: 2}'), withFree('4'))).toEqual([]);
    expect(found(program(''), withFree('0'))).toEqual([]);
  });
});

describe('a budget', () => {
  const paid = object('Method', 'm', "{type: http, costUnits: '2', http: {url: 'https://example.com'}}");
  const step = '{name: a, type: crawler, method: m, retryPolicy: {maxAttempts: 3}}';
  const judged = (budget: string, used?: string) => {
    const status =
      used === undefined
        ? ''
        : `status: {usage: {since: '2026-01-01T00:00:00Z', tokens: 0, gpuSeconds: 0, costUnits: '${used}'}}\n`;
    const tenant = object('Tenant', 'default', `{budget: ${budget}}`).replace('---\n', `${status}---\n`);
    const { errors, warnings } = judgeText(`${tenant}${paid}${aPipelineText(`steps: [${step}]`)}`);
    return { errors: errors.map(({ message }) => message), warnings: warnings.map(({ message }) => message) };
  };

  test('that suffices', () => {
    expect(judged("{perWorkItem: {costUnits: '6'}, perPeriod: {costUnits: '6'}}")).toEqual({
      errors: [],
      warnings: [],
    });
  });

  test('that may not suffice is a warning', () => {
    expect(judged("{perWorkItem: {costUnits: '5.99'}}")).toEqual({
      errors: [],
      warnings: [
        'a run may take up to 6 cost units, where 5.99 are allowed (budget of one WorkItem); it is stopped when it does',
      ],
    });
  });

  test('that cannot suffice is an error', () => {
    expect(judged("{perPeriod: {costUnits: '1.5'}}")).toEqual({
      errors: ['a run takes at least 2 cost units, where 1.5 are allowed (budget of the period)'],
      warnings: [],
    });
  });

  test('of which something is spent already', () => {
    expect(judged("{perPeriod: {costUnits: '10'}}", '4')).toEqual({ errors: [], warnings: [] });
    expect(judged("{perPeriod: {costUnits: '10'}}", '4.5').warnings).toEqual([
      'a run may take up to 6 cost units, where 5.5 are allowed (budget of what is left of the period); it is stopped when it does',
    ]);
    expect(judged("{perPeriod: {costUnits: '10'}}", '12').warnings).toEqual([
      'a run may take up to 6 cost units, where 0 are allowed (budget of what is left of the period); it is stopped when it does',
    ]);
  });
});
