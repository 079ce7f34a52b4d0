import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../../operator/src/api/work-item.ts';
import { annotationNames, labelNames } from '../../../operator/src/core/manifest/labels.ts';
import type { JobManifest } from '../../../operator/src/core/manifest/render-job.ts';
import { BareLoop } from './bare-loop.ts';

const owner = (uid: string) => ({ metadata: { name: uid, namespace: 'bench', uid }, spec: {} }) as WorkItem;

function aLoop(uids: readonly string[], { lanes = 2, create = () => Promise.resolve() } = {}) {
  const made: string[] = [];
  const loop = new BareLoop({
    ...{ owners: uids.map(owner), jobsPerChain: 2, lanes, serverUrl: 'https://server' },
    images: { conclave: 'conclave', runtime: 'runtime' },
    create: ({ metadata: { labels, annotations } }: JobManifest) => {
      made.push(`${labels[labelNames.workItemUid] ?? ''} ${annotations[annotationNames.path] ?? ''}`);
      return create();
    },
  });
  const end = (workItemUid: string, path: string, succeeded = true) =>
    loop.take({ workItemUid, path, succeeded, atMs: 0 });
  return { loop, made, end };
}

describe('the bare loop', () => {
  it('makes the next Job of a chain when the Pod of the one before has ended, and the next chain after the last', async () => {
    const { loop, made, end } = aLoop(['a', 'b', 'c']);
    const done = loop.run();
    expect(made).toEqual(['a step_0', 'b step_0']);
    end('a', 'step_0');
    expect(made.slice(2)).toEqual(['a step_1']);
    end('a', 'step_1');
    expect(made.slice(3)).toEqual(['c step_0']);
    for (const uid of ['b', 'c']) for (const path of ['step_0', 'step_1']) end(uid, path);
    await expect(done).resolves.toBeUndefined();
    expect(made).toHaveLength(6);
  });

  it('fails with a Pod that failed, and with a Job that could not be created', async () => {
    const { loop, end } = aLoop(['a']);
    const done = loop.run();
    end('a', 'step_0', false);
    await expect(done).rejects.toThrow('the Pod of step_0 failed');
    const refused = aLoop(['a'], { create: () => Promise.reject(new Error('refused')) });
    await expect(refused.loop.run()).rejects.toThrow('refused');
  });
});
