/** What a reflector meets on every API server, without any fault: timeouts, bookmarks, an expired version, its own end. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/kube/clock.ts';
import { connect } from '../src/kube/connect.ts';
import type { ListWatch } from '../src/kube/list-watch.ts';
import { Reflector, type ReflectorTuning } from '../src/kube/reflector.ts';
import type { Restart } from '../src/kube/reflector-observer.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { Store } from '../src/kube/store.ts';
import { stripManagedFields } from '../src/kube/strip-managed-fields.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { versionsOf } from '../src/testing/store-history.ts';
import { createTestNamespace, testKubeconfig, type TestNamespace } from './test-cluster.ts';

const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

let test: TestNamespace;
const reflectors: Reflector<KubeObject>[] = [];

beforeAll(async () => {
  test = await createTestNamespace('reflector');
});

afterEach(async () => {
  await Promise.all(reflectors.splice(0).map((reflector) => reflector.stop()));
});

afterAll(() => test.remove());

function aReflector(listWatch: ListWatch, tuning: Partial<ReflectorTuning> = {}) {
  const store = new Store<KubeObject>({ transform: stripManagedFields });
  const restarts: Restart[] = [];
  const observer = { restarted: (restart: Restart) => restarts.push(restart) };
  const selection = { namespace: test.namespace };
  const time = { clock: systemClock, random: Math.random };
  const reflector = new Reflector({ listWatch, type: configMaps, selection, store, tuning, observer, ...time });
  reflectors.push(reflector);
  reflector.start();
  return { reflector, store, restarts };
}

const write = (name: string): Promise<KubeObject> => {
  const metadata = { namespace: test.namespace, name };
  return test.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
};

const serverHas = async () => versionsOf((await test.client.listPage(configMaps, { namespace: test.namespace })).items);

describe('a reflector on a real API server', () => {
  it('goes on over the server’s timeouts, without a list and without a word in between', async () => {
    const lists: number[] = [];
    const counting: ListWatch = {
      listPage: (type, options) => {
        lists.push(1);
        return test.client.listPage(type, options);
      },
      watch: (type, options) => test.client.watch(type, options),
    };
    const { reflector, store, restarts } = aReflector(counting, { watchTimeoutSeconds: 1, healthyMs: 500 });
    await reflector.whenSynced();
    const first = store.resourceVersion;
    await expect.poll(() => restarts.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await write('after-timeouts');
    await expect.poll(() => versionsOf(store.list())).toEqual(await serverHas());
    expect(new Set(restarts.map(({ reason }) => reason))).toEqual(new Set(['ServerTimeout']));
    expect(lists).toHaveLength(1);
    expect(Number(store.resourceVersion)).toBeGreaterThan(Number(first));
  });

  it('lists again when the server has forgotten the version it was at', async () => {
    let isFirst = true;
    const forgetful: ListWatch = {
      listPage: (type, options) => test.client.listPage(type, options),
      watch: (type, options) => {
        const resourceVersion = isFirst ? '1' : options.resourceVersion;
        isFirst = false;
        return test.client.watch(type, { ...options, resourceVersion });
      },
    };
    const { reflector, store, restarts } = aReflector(forgetful);
    await reflector.whenSynced();
    await expect.poll(() => restarts.length).toBe(1);
    expect(restarts[0]).toMatchObject({ reason: 'Expired', relist: true });
    await write('after-expiry');
    await expect.poll(() => versionsOf(store.list())).toEqual(await serverHas());
  });

  it('ends soon, also with a watch that is half open, and leaves no connection behind', async () => {
    const proxy = await FaultProxy.start(testKubeconfig());
    const { client } = await connect({ kubeconfig: proxy.kubeconfig, version: 'test' });
    proxy.inject({ fault: { kind: 'halfOpen', afterBytes: 0 }, when: ({ isWatch }) => isWatch });
    const { reflector } = aReflector(client);
    await reflector.whenSynced();
    await expect.poll(() => proxy.injected.length).toBe(1);
    const connections = proxy.connections;
    const before = performance.now();
    await reflector.stop();
    expect(performance.now() - before).toBeLessThan(2_000);
    await expect.poll(() => proxy.connections).toBe(connections - 1);
    await client.close();
    await proxy.close();
  });
});
