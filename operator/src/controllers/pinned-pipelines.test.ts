import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../api/pipeline.ts';
import { pinPipeline } from '../core/pipeline/pin-pipeline.ts';
import { unknownWorld } from '../core/validation/world.ts';
import { PinnedPipelines } from './pinned-pipelines.ts';

const step = { name: 'hello', type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } };
const pinned = pinPipeline(pipelineSpec.parse({ steps: [step] }), 'greeting', unknownWorld);

/** Keeps pins in a store whose writes a test answers one by one. */
function aStore() {
  const writes: PromiseWithResolvers<unknown>[] = [];
  const pipelines = new PinnedPipelines({
    revisions: {
      load: () => Promise.resolve(undefined),
      keep: () => {
        const write = Promise.withResolvers<unknown>();
        writes.push(write);
        return write.promise;
      },
    },
    pipeline: () => undefined,
    world: () => ({ world: unknownWorld, stamp: '' }),
    judge: () => {
      throw new Error('nothing is judged here');
    },
  });
  return { pipelines, writes };
}

const { name, spec, methods, roles, models, councils } = pinned;
const content = { name, spec, methods, roles, models, councils };

describe('pins that are kept', () => {
  it('are written once for many runs that begin at the same time', async () => {
    const { pipelines, writes } = aStore();
    const runs = [1, 2, 3].map(() => pipelines.keep('n', pinned));
    expect(writes).toHaveLength(1);
    writes[0]?.resolve(content);
    await Promise.all(runs);
    await pipelines.keep('n', pinned);
    expect(writes).toHaveLength(1);
  });

  it('are written again after a write that failed, and no run that waited for it begins', async () => {
    const { pipelines, writes } = aStore();
    const runs = [1, 2].map(() => pipelines.keep('n', pinned));
    writes[0]?.reject(new Error('no answer'));
    for (const run of runs) await expect(run).rejects.toThrow('no answer');
    const again = pipelines.keep('n', pinned);
    expect(writes).toHaveLength(2);
    writes[1]?.resolve(content);
    await again;
  });

  it('are refused when something else stands under the name of the revision', async () => {
    const { pipelines, writes } = aStore();
    const run = pipelines.keep('n', pinned);
    writes[0]?.resolve({ ...content, name: 'other' });
    await expect(run).rejects.toThrow('does not hold what the run is pinned to');
  });
});
