import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineWorld } from './engine-world.ts';
import type { Script } from './played-node.ts';
import { phasesOf, Work } from './work-items.ts';

let world: EngineWorld;

beforeAll(async () => {
  world = await EngineWorld.start();
  world.startOperator();
});

afterAll(async () => {
  await world.stop();
});

/** A namespace of a story's own, whose Pods end by a script. */
async function aStory(script: Script = () => ({})): Promise<Work> {
  const namespace = await world.addNamespace();
  world.node.follow(namespace, script);
  return new Work(world.client, namespace);
}

/** A step that runs as a Pod on the played node. */
const aStep = (name: string, more: object = {}): object => ({
  ...{ name, type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } },
  placement: world.node.placement,
  ...more,
});

describe('a work item', () => {
  it('runs a chain of steps, one after the other', async () => {
    const work = await aStory();
    await work.run('chain', [aStep('a'), aStep('b', { dependsOn: ['a'] }), aStep('c', { dependsOn: ['b'] })]);
    const done = await work.reaches('chain', 'Succeeded');
    expect(phasesOf(done)).toEqual({ a: 'Succeeded', b: 'Succeeded', c: 'Succeeded' });
  });
});
