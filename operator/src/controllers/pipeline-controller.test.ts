import { describe, expect, it } from 'vitest';
import { pipelineSpec, type Pipeline } from '../api/pipeline.ts';
import type { Finding, Verdict } from '../core/validation/verdict.ts';
import { reconcilePipeline, type PipelineCluster } from './pipeline-controller.ts';

const mistake: Finding = { code: 'UnknownField', level: 1, path: 'spec.stpes', message: "unknown field 'stpes'" };
const verdictOf = (...errors: Finding[]): Verdict => ({
  valid: errors.length === 0,
  ...{ errors, warnings: [], notes: [], estimates: [] },
});
const now = new Date('2026-01-05T08:00:00Z');

const aPipeline = (generation: number, version?: string): Pipeline => ({
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'p', namespace: 'ns', generation, resourceVersion: '0' },
  spec: pipelineSpec.parse({ version, steps: [{ name: 'a', type: 'crawler', method: 'm' }] }),
});

/** A cluster in memory: its cache lags, and it crashes around the n-th write. */
function aHostileCluster(crash: { readonly atWrite: number; readonly before: boolean }) {
  const versions: Pipeline[] = [aPipeline(1)];
  let writes = 0;
  let lag = 0;
  const latest = (): Pipeline => versions.at(-1)!;
  const push = (pipeline: Pipeline) =>
    versions.push({ ...pipeline, metadata: { ...pipeline.metadata, resourceVersion: String(versions.length) } });
  const told: string[] = [];
  const cluster: PipelineCluster = {
    tell: (_, { reason }) => told.push(reason),
    observe: () => versions[Math.max(0, versions.length - 1 - lag)],
    replaceStatus: (pipeline, status) => {
      if (pipeline.metadata.resourceVersion !== latest().metadata.resourceVersion) {
        return Promise.reject(new Error('conflict'));
      }
      writes += 1;
      if (writes === crash.atWrite && crash.before) return Promise.reject(new Error('crash before the write'));
      push({ ...latest(), status });
      return writes === crash.atWrite ? Promise.reject(new Error('crash after the write')) : Promise.resolve();
    },
  };
  return { cluster, told, latest, edit: push, setLag: (next: number) => (lag = next), writes: () => writes };
}

const neverCrashing = { atWrite: 0, before: true };

describe('reconcilePipeline', () => {
  it('records the verdict on what it observed', async () => {
    const { cluster, latest } = aHostileCluster(neverCrashing);
    await reconcilePipeline({ cluster, judge: () => verdictOf(mistake), clock: () => now })('ns/p');
    expect(latest().status).toMatchObject({ observedGeneration: 1, conditions: [{ type: 'Valid', status: 'False' }] });
  });

  it('writes nothing when nothing changed', async () => {
    const { cluster, writes, told } = aHostileCluster(neverCrashing);
    const reconcile = reconcilePipeline({ cluster, judge: () => verdictOf(), clock: () => new Date() });
    await reconcile('ns/p');
    await reconcile('ns/p');
    expect(writes()).toBe(1);
    expect(told).toEqual(['PipelineValid']);
  });

  it('does nothing for a pipeline that is gone or going', async () => {
    const { cluster, latest, edit, writes } = aHostileCluster(neverCrashing);
    edit({ ...latest(), metadata: { ...latest().metadata, deletionTimestamp: now.toISOString() } });
    const reconcile = reconcilePipeline({ cluster, judge: () => verdictOf(), clock: () => now });
    await reconcile('ns/p');
    await reconcilePipeline({
      cluster: { ...cluster, observe: () => undefined },
      judge: () => verdictOf(),
      clock: () => now,
    })('x');
    expect(writes()).toBe(0);
  });

  it('lets an error of the cluster through to the queue', async () => {
    const { cluster, told } = aHostileCluster({ atWrite: 1, before: true });
    const reconcile = reconcilePipeline({ cluster, judge: () => verdictOf(), clock: () => now });
    await expect(reconcile('ns/p')).rejects.toThrow('crash before the write');
    expect(told).toEqual([]); // what was not recorded is not told
  });

  describe.each([true, false])('crashing before the write: %s', (before) => {
    it.each([1, 2, 3])('converges on the newest generation when write %i crashes and caches lag', async (atWrite) => {
      const { cluster, latest, edit, setLag } = aHostileCluster({ atWrite, before });
      const judge = ({ spec }: Pipeline) => (spec.version === 'bad' ? verdictOf(mistake) : verdictOf());
      const reconcile = reconcilePipeline({ cluster, judge, clock: () => now });
      for (const version of ['bad', 'good', 'bad']) {
        edit({
          ...latest(),
          ...aPipeline(latest().metadata.generation! + 1, version),
          metadata: {
            ...latest().metadata,
            generation: latest().metadata.generation! + 1,
          },
        });
        for (const lag of [3, 2, 1, 0, 2, 0]) {
          setLag(lag);
          await reconcile('ns/p').catch(() => undefined);
        }
      }
      expect(latest().status).toMatchObject({
        observedGeneration: 4,
        conditions: [{ type: 'Valid', status: 'False', observedGeneration: 4 }],
      });
    });
  });
});
