import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../api/pipeline.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { PinnedContent } from '../core/pipeline/pin-pipeline.ts';
import { Terminal } from '../core/reconcile-error.ts';
import { judge } from '../core/validation/judge.ts';
import { aCodeStep, aPipeline } from '../testing/engine-scenario.ts';
import { aMethod } from '../testing/planned-run.ts';
import { type Pin, PinnedPipelines } from './pinned-pipelines.ts';

const aWorkItem = (spec: WorkItem['spec'], status: WorkItem['status'] = {}): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
  ...{ metadata: { name: 'w', namespace: 'ns', uid: 'uid' }, spec, status },
});
const ofP: WorkItem['spec'] = { pipelineRef: { name: 'p' } };

/** A namespace with Pipelines, and revisions that outlive processes. */
function aNamespace(...pipelines: readonly Pipeline[]) {
  const there = new Map(pipelines.map((pipeline) => [pipeline.metadata.name, pipeline]));
  const revisions = new Map<string, unknown>();
  const counts = { judged: 0, loaded: 0, kept: 0 };
  const world = { stamp: '1', methods: [aMethod('pay', { type: 'http', http: { url: 'https://pay.example/' } })] };
  const start = () =>
    new PinnedPipelines({
      revisions: {
        load: (_namespace, name) => {
          counts.loaded += 1;
          return Promise.resolve(revisions.get(name));
        },
        keep: (_namespace, name, content) => {
          counts.kept += 1;
          if (!revisions.has(name)) revisions.set(name, structuredClone(content));
          return Promise.resolve(revisions.get(name));
        },
      },
      pipeline: (_namespace, name) => there.get(name),
      world: () => ({
        world: { complete: true, methods: world.methods, roles: [], models: [], councils: [], pipelines: [] },
        stamp: world.stamp,
      }),
      judge: (object, known) => {
        counts.judged += 1;
        return judge([{ documents: [{ value: object }] }], known);
      },
    });
  return { there, revisions, counts, world, start };
}

function pinnedOf(pin: Pin) {
  if ('problem' in pin) throw new Error(pin.problem.message);
  return pin.pinned;
}

/** A WorkItem that runs by a pin. */
async function aRun(pipelines: PinnedPipelines, spec = ofP): Promise<WorkItem> {
  const pinned = pinnedOf(await pipelines.pin(aWorkItem(spec)));
  await pipelines.keep('ns', pinned);
  const { revision, digest } = pinned;
  return aWorkItem(spec, { startedAt: '2026-01-05T08:00:00Z', pipeline: { revision, digest } });
}

const stepNames = (pin: Pin) => pinnedOf(pin).spec.steps.map(({ name }) => name);

describe('PinnedPipelines', () => {
  const before = aPipeline('p', [aCodeStep('before')]);
  const after = aPipeline('p', [aCodeStep('after')]);

  it('follows a Pipeline until the run begins, and keeps to it afterwards, also in another process', async () => {
    const { there, start } = aNamespace(before);
    const pipelines = start();
    const run = await aRun(pipelines);
    there.set('p', after);
    expect(stepNames(await pipelines.pin(aWorkItem(ofP)))).toEqual(['after']);
    expect(stepNames(await pipelines.pin(run))).toEqual(['before']);
    expect(stepNames(await start().pin(run))).toEqual(['before']);
    there.delete('p');
    expect(stepNames(await start().pin(run))).toEqual(['before']);
  });

  it('is bound from the moment that people are asked whether it may start', async () => {
    const { there, start } = aNamespace(before);
    const { status } = await aRun(start());
    there.set('p', after);
    const asked = aWorkItem(ofP, { gates: [], ...status, startedAt: undefined });
    expect(stepNames(await start().pin(asked))).toEqual(['before']);
  });

  it('pins the Methods with it', async () => {
    const called = aPipeline('p', [{ name: 'call', type: 'function', method: 'pay', inputs: {} }]);
    const { world, start } = aNamespace(called);
    const run = await aRun(start());
    world.methods = [aMethod('pay', { type: 'http', http: { url: 'https://other.example/' } })];
    world.stamp = '2';
    expect(JSON.stringify(pinnedOf(await start().pin(run)).methods)).toContain('https://pay.example/');
    expect(JSON.stringify(pinnedOf(await start().pin(aWorkItem(ofP))).methods)).toContain('https://other.example/');
  });

  it('runs nothing of a revision that somebody changed', async () => {
    const { revisions, start } = aNamespace(before);
    const run = await aRun(start());
    const [[name, content]] = [...revisions] as [[string, PinnedContent]];
    revisions.set(name, { ...content, spec: after.spec });
    await expect(start().pin(run)).rejects.toThrow(/does not hold what the run is pinned to/);
    await expect(start().pin(run)).rejects.toBeInstanceOf(Terminal);
  });

  it('runs nothing when the revision is gone, and says which', async () => {
    const { revisions, start } = aNamespace(before);
    const run = await aRun(start());
    revisions.clear();
    await expect(start().pin(run)).rejects.toThrow(/ns\/p-[0-9a-f]{16}, which the run is pinned to, is gone/);
    await expect(start().pin(run)).rejects.toBeInstanceOf(Terminal);
  });

  it('does not begin when something else stands under the name of its revision', async () => {
    const { revisions, start } = aNamespace(before);
    const pinned = pinnedOf(await start().pin(aWorkItem(ofP)));
    revisions.set(pinned.revision, { forged: true });
    await expect(start().keep('ns', pinned)).rejects.toBeInstanceOf(Terminal);
  });

  it('does not believe what it knows when status names another digest', async () => {
    const { start } = aNamespace(before);
    const pipelines = start();
    const run = await aRun(pipelines);
    const { revision = '' } = run.status?.pipeline ?? {};
    const digest = `sha256:${'0'.repeat(64)}`;
    const forged = aWorkItem(ofP, { startedAt: '2026-01-05T08:00:00Z', pipeline: { revision, digest } });
    await expect(pipelines.pin(forged)).rejects.toBeInstanceOf(Terminal);
  });

  it('keeps and loads a revision once, and judges a spec once, until anything of the namespace changes', async () => {
    const { counts, world, start } = aNamespace(before);
    const pipelines = start();
    const run = await aRun(pipelines);
    await pipelines.keep('ns', pinnedOf(await pipelines.pin(run)));
    await pipelines.pin(aWorkItem(ofP));
    expect(counts).toEqual({ judged: 1, loaded: 0, kept: 1 });
    world.stamp = '2';
    await pipelines.pin(aWorkItem(ofP));
    expect(counts.judged).toBe(2);
    const next = start();
    await next.pin(run);
    await next.pin(run);
    expect(counts.loaded).toBe(1);
  });

  it('keeps a revision once for many runs that begin at the same time, and again after a write that failed', async () => {
    const { counts, revisions, start } = aNamespace(before);
    const pipelines = start();
    const pinned = pinnedOf(await pipelines.pin(aWorkItem(ofP)));
    const keepAtOnce = () => Promise.allSettled([1, 2, 3].map(() => pipelines.keep('ns', pinned)));
    revisions.set(pinned.revision, { forged: true });
    expect(await keepAtOnce()).toMatchObject(Array(3).fill({ status: 'rejected' }));
    expect(counts.kept).toBe(1);
    revisions.delete(pinned.revision);
    expect(await keepAtOnce()).toMatchObject(Array(3).fill({ status: 'fulfilled' }));
    expect(counts.kept).toBe(2);
  });

  it('keeps what is given inline, and says nothing of a name', async () => {
    const { start, revisions } = aNamespace();
    const pipelines = start();
    const run = await aRun(pipelines, { pipelineSpec: before.spec });
    expect(pinnedOf(await pipelines.pin(run)).name).toBeUndefined();
    expect([...revisions.keys()]).toEqual([expect.stringMatching(/^inline-[0-9a-f]{16}$/)]);
  });

  it('waits for a Pipeline that is missing', async () => {
    expect(await aNamespace().start().pin(aWorkItem(ofP))).toEqual({
      problem: {
        ...{ reason: 'PipelineNotFound', name: 'p' },
        message: "there is no Pipeline 'p' in the namespace ns",
      },
    });
  });

  it('waits for a Pipeline that has mistakes, and tells the first three', async () => {
    const call = (name: string) => ({ name, type: 'function', method: `no_${name}`, inputs: {} });
    const broken = aPipeline('p', ['a', 'b', 'c', 'd', 'e'].map(call));
    const pin = await aNamespace(broken).start().pin(aWorkItem(ofP));
    expect(pin).toMatchObject({ problem: { reason: 'PipelineInvalid', name: 'p' } });
    const { message } = 'problem' in pin ? pin.problem : { message: '' };
    expect(message).toMatch(/no_a.*; .*no_b.*; .*no_c.*; and 2 more$/);
    expect(message).not.toContain('no_d');
  });
});
