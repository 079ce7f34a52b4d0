import { describe, expect, it } from 'vitest';
import type { Model } from '../api/model.ts';
import type { ModelLook } from '../core/model/model-look.ts';
import { aModel } from '../testing/a-world.ts';
import { reconcileModel } from './model-controller.ts';
import { ModelLooks } from './model-looks.ts';
import { ModelServers } from './model-servers.ts';

const answers: ModelLook = { result: 'available', contextLength: 4096 };
const silent: ModelLook = { result: 'unavailable', reason: 'Unreachable', message: 'nobody answers' };
const never = new AbortController().signal;
const unused = () => {
  throw new Error('an endpoint needs nothing of the cluster');
};

/** The controller over one Model in memory. */
function aController() {
  let model: Model | undefined = { ...aModel('large'), metadata: { name: 'large', namespace: 'ns', generation: 1 } };
  let nowMs = 0;
  const seen = { looks: 0, writes: 0, told: [] as string[], look: answers };
  const clock = () => new Date(nowMs);
  const look = () => Promise.resolve(((seen.looks += 1), seen.look));
  const cluster = { get: unused, create: unused, replace: unused, remove: unused, podsOf: unused };
  const servers = { cluster, cached: () => undefined, usersOf: () => 0, queueName: () => undefined, drawKey: () => '' };
  const reconcile = reconcileModel({
    cluster: {
      observe: () => model,
      replaceStatus: (before, status) => {
        seen.writes += 1;
        model = { ...before, status };
        return Promise.resolve();
      },
      tell: (_, { reason }) => seen.told.push(reason),
    },
    looks: new ModelLooks({ look, clock, random: () => 0.5 }),
    servers: new ModelServers({ ...servers, clock }),
    clock,
  });
  return {
    seen,
    turn: () => reconcile('ns/large', never),
    wait: (ms: number) => (nowMs += ms),
    edit: (change: (before: Model) => Model | undefined) => (model = model && change(model)),
  };
}

describe('the controller of Models', () => {
  it('writes nothing and asks nobody while nothing changes and no look is due', async () => {
    const { seen, turn, wait } = aController();
    expect(await turn()).toEqual({ requeueAfterMs: 300_000 });
    wait(299_000);
    expect(await turn()).toEqual({ requeueAfterMs: 1_000 });
    expect(seen).toMatchObject({ looks: 1, writes: 1, told: ['Available'] });
    wait(1_000);
    await turn();
    expect(seen).toMatchObject({ looks: 2, writes: 1 });
  });

  it('looks sooner at one that does not answer, and tells once', async () => {
    const { seen, turn, wait } = aController();
    seen.look = silent;
    expect(await turn()).toEqual({ requeueAfterMs: 1_000 });
    wait(1_000);
    await turn();
    expect(seen).toMatchObject({ looks: 2, writes: 1, told: ['Unreachable'] });
  });

  it('looks at another spec at once', async () => {
    const { seen, turn, edit } = aController();
    await turn();
    edit((model) => ({ ...model, metadata: { ...model.metadata, generation: 2 } }));
    await turn();
    expect(seen.looks).toBe(2);
  });

  it('lets go of one that is gone', async () => {
    const { seen, turn, edit } = aController();
    edit(() => undefined);
    expect(await turn()).toBeUndefined();
    expect(seen).toMatchObject({ looks: 0, writes: 0 });
  });
});
