import { describe, expect, it } from 'vitest';
import type { Method } from '../../api/method.ts';
import { pipelineSpec, type PipelineSpec } from '../../api/pipeline.ts';
import type { Tenant } from '../../api/tenant.ts';
import { aCouncil, aModel, aRole } from '../../testing/a-world.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { call, loop } from '../../testing/planning-case.ts';
import { unknownWorld, type World } from '../validation/world.ts';
import { completeSpec, pinPipeline, sealPin } from './pin-pipeline.ts';

const specOf = (...steps: readonly object[]): PipelineSpec => pipelineSpec.parse({ steps });

const http = (name: string, more: object = {}) => aMethod(name, { type: 'http', http: { url: 'https://x' }, ...more });
const served = (name: string, more: object = {}) =>
  aMethod(name, { type: 'model', serving: { image: 'i', port: 80 }, ...more });
const [first, second, third] = [http('first'), http('second'), http('third')];

const world = (more: Partial<World> = {}): World => ({ ...unknownWorld, methods: [first, second, third], ...more });

const names = (objects: readonly { readonly metadata: { readonly name: string } }[]) =>
  objects.map(({ metadata }) => metadata.name);

const calls = (method: string, more: object = {}) => call('a', { method, ...more });
const agent = { name: 'a', type: 'llm_agent', role: 'builder', goal: 'build' };
const everyKind = { roles: [aRole('builder')], models: [aModel('llama')], councils: [aCouncil('board')] };

describe('what a run is pinned to', () => {
  it('holds the Methods that its steps call, and no others', () => {
    const spec = specOf(calls('third'), call('b', { method: 'first' }));
    expect(names(pinPipeline(spec, 'order', world()).methods)).toEqual(['first', 'third']);
  });

  it('holds a Method once that is called twice', () => {
    const spec = specOf(calls('first'), call('b', { method: 'first' }));
    expect(names(pinPipeline(spec, 'order', world()).methods)).toEqual(['first']);
  });

  it('holds what steps call inside of others', () => {
    const spec = specOf(loop('each', [call('b', { method: 'second' })]));
    expect(names(pinPipeline(spec, 'order', world()).methods)).toEqual(['second']);
  });

  it('holds what is called by its id, and by a name with underscores', () => {
    const methods = [http('x', { id: 'sft + lora' }), http('a-b')];
    const spec = specOf(calls('sft + lora'), call('b', { method: 'a_b' }));
    expect(names(pinPipeline(spec, 'order', world({ methods })).methods)).toEqual(['x', 'a-b']);
  });

  it('holds, of what is called the same, the one of the type that the step needs', () => {
    const methods = [http('called', { id: 'llama' }), served('served', { id: 'llama' })];
    const spec = specOf({ name: 'a', type: 'ml_serving', model: 'llama', serviceName: 's' });
    expect(names(pinPipeline(spec, 'order', world({ methods })).methods)).toEqual(['served']);
  });

  it('holds all Methods where a template says which is called', () => {
    const spec = specOf(calls('{{input.method}}'));
    expect(names(pinPipeline(spec, 'order', world()).methods)).toEqual(['first', 'second', 'third']);
  });

  it('does without a Method that is not there', () => {
    expect(pinPipeline(specOf(calls('missing')), 'order', world()).methods).toEqual([]);
  });

  it.each([
    ['an agent', agent],
    ['a flow', { name: 'a', type: 'llm_flow', flow: 'f' }],
    ['a Council', { name: 'a', type: 'council', council: 'board', topic: 't' }],
    ['an agent inside of a loop', loop('each', [agent])],
  ])('holds roles, models and Councils for %s', (_, step) => {
    const { roles, models, councils } = pinPipeline(specOf(step), 'order', world(everyKind));
    expect([roles, models, councils].map(names)).toEqual([['builder'], ['llama'], ['board']]);
  });

  it('holds which Models others answer for, as long as there are agents', () => {
    const modelOverrides = [{ from: 'large', to: 'llama' }];
    const tenant = { ...aRole('default'), kind: 'Tenant', spec: { modelOverrides } } as unknown as Tenant;
    expect(pinPipeline(specOf(agent), 'order', world({ ...everyKind, tenant })).modelOverrides).toEqual(modelOverrides);
    expect(pinPipeline(specOf(calls('first')), 'order', world({ tenant }))).not.toHaveProperty('modelOverrides');
  });

  it('holds none of them for a run without agents', () => {
    const { roles, models, councils } = pinPipeline(specOf(calls('first')), 'order', world(everyKind));
    expect([roles, models, councils]).toEqual([[], [], []]);
  });

  it('holds objects as they were written, without what the cluster adds', () => {
    const [method] = pinPipeline(specOf(calls('first')), 'order', world({ methods: [asInCluster(first)] })).methods;
    expect(method).toEqual({ ...first, metadata: { name: 'first' } });
  });
});

/** An object as the API server gives it. */
const asInCluster = (method: Method): Method => ({
  ...method,
  metadata: { ...method.metadata, uid: 'u', resourceVersion: '7', generation: 2, labels: { a: 'b' } },
  status: { observedGeneration: 2, conditions: [] },
});

describe('the digest of what a run is pinned to', () => {
  const spec = specOf(calls('first'), { ...agent, name: 'b' });
  const digestOf = (more: Partial<World> = {}, name = 'order', given = spec) =>
    pinPipeline(given, name, world({ ...everyKind, ...more })).digest;

  it.each<[string, Partial<World>]>([
    ['what the cluster adds', { methods: [asInCluster(first), second, third] }],
    ['a Method that is not called', { methods: [first, http('second', { costUnits: '2' })] }],
    ['Methods in another order', { methods: [third, first, second] }],
    ['whether all is known', { complete: true }],
  ])('is the same for %s', (_, more) => {
    expect(digestOf(more)).toBe(digestOf());
  });

  it.each<[string, string]>([
    ['another pipeline', digestOf({}, 'order', specOf(calls('first'), { ...agent, name: 'c' }))],
    ['another name', digestOf({}, 'other')],
    ['another Method', digestOf({ methods: [http('first', { costUnits: '2' })] })],
    ['a Method that is gone', digestOf({ methods: [] })],
    ['another prompt', digestOf({ roles: [aRole('builder', { prompt: 'Do it well.' })] })],
    ['another model', digestOf({ models: [aModel('llama', { endpoint: { url: 'http://other' } })] })],
    ['another Council', digestOf({ councils: [aCouncil('board', { strategy: 'vote' })] })],
  ])('differs for %s', (_, digest) => {
    expect(digest).not.toBe(digestOf());
  });
});

describe('the revision that a run is pinned to', () => {
  it('is named after the Pipeline and its digest', () => {
    const { revision, digest } = pinPipeline(specOf(calls('first')), 'Order', world());
    expect(revision).toBe(`order-${digest.slice('sha256:'.length, 'sha256:'.length + 16)}`);
  });

  it('is named so that Kubernetes takes it, whatever the Pipeline is called', () => {
    const { revision } = pinPipeline(specOf(calls('first')), `${'x.'.repeat(126)}y`, world());
    expect(revision).toMatch(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it('of a pipeline without a name is called inline', () => {
    const pinned = pinPipeline(specOf(calls('first')), undefined, world());
    expect(pinned.revision).toMatch(/^inline-[0-9a-f]{16}$/);
    expect(pinned).not.toHaveProperty('name');
  });

  it('is found again from its content alone', () => {
    const { revision, digest, ...content } = pinPipeline(specOf(calls('first')), 'order', world());
    expect(sealPin(content)).toEqual({ ...content, revision, digest });
  });
});

describe('a spec', () => {
  it('is completed by defaults', () => {
    const spec = { steps: specOf(calls('first')).steps } as unknown as PipelineSpec;
    expect(completeSpec(spec)).toMatchObject({ execution: { mode: 'brave' }, defaults: { timeoutSeconds: 600 } });
  });

  it('that fits no schema is refused, however deep the mistake', () => {
    const spec = { steps: [loop('each', [{ name: 'b', type: 'unheard' }])] } as unknown as PipelineSpec;
    expect(() => completeSpec(spec)).toThrow();
  });

  it('that is complete stays as it is', () => {
    const spec = specOf(calls('first'), loop('each', [call('b')]), { ...agent, name: 'c' });
    expect(completeSpec(spec)).toEqual(spec);
  });
});
