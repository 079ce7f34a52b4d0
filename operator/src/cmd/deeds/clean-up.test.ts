import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { EndedRun } from '../../controllers/work-item-ports.ts';
import { renderMetadata } from '../../core/delegation/child-identity.ts';
import { anIdentity } from '../../testing/an-identity.ts';
import { MemoryCluster } from '../../testing/memory-cluster.ts';
import { cleanUp } from './clean-up.ts';

const workItem = { name: 'item', uid: 'u-1' };

/** A run that has ended, which has served something under that name. */
function anEndedRun(serviceName: string): EndedRun {
  const spec = pipelineSpec.parse({
    parameters: [{ name: 'ship' }, { name: 'port', default: 'vell' }],
    steps: [{ name: 'serve', type: 'ml_serving', model: 'pace', serviceName }],
  });
  return {
    workItem: {
      metadata: { ...workItem, namespace: 'team-a' },
      spec: { inputs: { ship: 'halcyon' } },
    } as unknown as WorkItem,
    pinned: { spec, methods: [] } as unknown as EndedRun['pinned'],
    status: {
      steps: [{ path: 'serve', phase: 'Succeeded', attempts: [{ number: 1 }] }],
    } as unknown as EndedRun['status'],
  };
}

async function leftAfter(serviceName: string, made: string): Promise<readonly string[]> {
  const cluster = new MemoryCluster();
  const metadata = renderMetadata(anIdentity({ name: made, path: 'serve', namespace: 'team-a', workItem }));
  await cluster.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: {} });
  await cluster.create({ apiVersion: 'v1', kind: 'Service', metadata, spec: {} });
  await cleanUp(anEndedRun(serviceName), { objects: cluster as never });
  return [...cluster.objects.keys()];
}

describe('cleanUp', () => {
  it.each([
    ['written out', 'the_pace', 'the-pace'],
    ['made of inputs and defaults', 'pace_{{input.ship}}-{{input.port}}', 'pace-halcyon-vell'],
  ])('takes away what was served under a name that is %s', async (_, serviceName, made) => {
    expect(await leftAfter(serviceName, made)).toEqual([]);
  });

  it('leaves what was served under another name', async () => {
    expect(await leftAfter('pace-{{input.ship}}', 'pace-petrel')).toHaveLength(2);
  });
});
