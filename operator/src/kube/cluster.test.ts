import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { SimulatedApiServer } from '../testing/simulated-api-server.ts';
import { Cluster, type ClusterClient } from './cluster.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

const things: ResourceType = { group: 'test.dev', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };
const clusters: Cluster[] = [];

afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
});

/** A cluster whose client asks another simulated server in each namespace, and remembers which it was asked for. */
function aCluster() {
  const clock = new ManualClock();
  const servers = { ns: new SimulatedApiServer(clock), other: new SimulatedApiServer(clock) };
  const asked = new Set<string | undefined>();
  const observed: (string | undefined)[] = [];
  const serverOf = ({ namespace }: { readonly namespace?: string }) => {
    asked.add(namespace);
    return namespace === 'other' ? servers.other : servers.ns;
  };
  const client = {
    listPage: (type, options) => serverOf(options).listPage(type, options),
    watch: (type, options) => serverOf(options).watch(type, options),
    create: <T extends KubeObject>(_: ResourceType<T>, object: T) => Promise.resolve(object),
  } satisfies Partial<ClusterClient> as unknown as ClusterClient;
  const observe = (_: string, namespace: string | undefined) => {
    observed.push(namespace);
    return {};
  };
  const cluster = new Cluster({ client, clock, random: () => 0.5, observe });
  clusters.push(cluster);
  return { cluster, clock, servers, asked, observed };
}

describe('a cache of some namespaces', () => {
  it('asks for these alone, each once, and its observers know which', async () => {
    const { cluster, clock, servers, asked, observed } = aCluster();
    const store = cluster.cache(things, { namespaces: ['ns', 'other', 'ns'] });
    servers.ns.write('a');
    servers.other.write('b');
    cluster.start();
    await clock.advance(10);
    expect([...asked]).toEqual(['ns', 'other']);
    expect(observed).toEqual(['ns', 'other']);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(cluster.states()).toMatchObject([{ resource: 'things.test.dev', synced: true, objects: 2 }]);
  });

  it('is filled when each of them is, and has heard nothing for as long as the one that is silent longest', async () => {
    const { cluster, clock, servers } = aCluster();
    cluster.cache(things, { namespaces: ['ns', 'other'] });
    let isSynced = false;
    servers.other.leave();
    cluster.start();
    void cluster.whenSynced().then(() => (isSynced = true));
    await clock.advance(20_000);
    const [state] = cluster.states();
    expect([state?.synced, isSynced]).toEqual([false, false]);
    expect(state?.silentMs).toBeGreaterThanOrEqual(20_000);
    servers.other.comeBack();
    await clock.advance(20_000);
    expect([cluster.states()[0]?.synced, isSynced]).toEqual([true, true]);
  });

  it('takes in what is written in one of them, and nothing else', async () => {
    const { cluster } = aCluster();
    const store = cluster.cache(things, { namespaces: ['ns', 'other'] });
    for (const namespace of ['other', 'third']) {
      const metadata = { namespace, name: 'a', uid: namespace, resourceVersion: '1' };
      await cluster.create(things, { apiVersion: 'test.dev/v1', kind: 'Thing', metadata });
    }
    expect(store.list().map(({ metadata }) => metadata.namespace)).toEqual(['other']);
    expect(store.get('other/a')).toBeDefined();
  });
});
