import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { SimulatedApiServer } from '../testing/simulated-api-server.ts';
import type { Forbidden } from './api-error.ts';
import { Cluster, type ClusterClient } from './cluster.ts';
import type { Selection } from './list-watch.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

const things: ResourceType = { group: 'test.dev', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };
const parts: ResourceType = { group: 'test.dev', version: 'v1', kind: 'Part', plural: 'parts', namespaced: true };
const clusters: Cluster[] = [];

afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
});

/** A cluster whose client asks another simulated server in each namespace, and for parts, and remembers where it asked. */
function aCluster() {
  const clock = new ManualClock();
  const aServer = () => new SimulatedApiServer(clock);
  const servers = { ns: aServer(), other: aServer(), parts: aServer() };
  const asked = new Set<string | undefined>();
  const observed: (string | undefined)[] = [];
  const serverOf = ({ plural }: ResourceType, { namespace }: Selection) => {
    asked.add(namespace);
    if (plural === 'parts') return servers.parts;
    return namespace === 'other' ? servers.other : servers.ns;
  };
  const client = {
    listPage: (type, options) => serverOf(type, options).listPage(type, options),
    watch: (type, options) => serverOf(type, options).watch(type, options),
    create: <T extends KubeObject>(_: ResourceType<T>, object: T) => Promise.resolve(object),
  } satisfies Partial<ClusterClient> as unknown as ClusterClient;
  const observe = (_: string, namespace: string | undefined) => {
    observed.push(namespace);
    return {};
  };
  const refusals: string[] = [];
  const refusalChanged = (namespace: string, refusal: Forbidden | undefined) => {
    refusals.push(`${namespace} ${refusal?.name ?? 'read'}`);
  };
  const cluster = new Cluster({ client, clock, random: () => 0.5, observe, refusalChanged });
  clusters.push(cluster);
  return { cluster, clock, servers, asked, observed, refusals };
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

  it('does not wait for one that may not be read, tells so once, and takes it up when it may', async () => {
    const { cluster, clock, servers, refusals } = aCluster();
    const store = cluster.cache(things, { namespaces: ['ns', 'other'] });
    servers.ns.write('a');
    servers.other.write('b');
    servers.other.refuses = true;
    cluster.start();
    await Promise.all([cluster.whenSynced([things]), clock.advance(400_000)]);
    expect(cluster.states()).toMatchObject([{ synced: true, objects: 1 }]);
    expect(cluster.states()[0]?.silentMs).toBeLessThan(75_000);
    expect([cluster.isWatched('ns'), cluster.isWatched('other'), cluster.isWatched('third')]).toEqual([
      true,
      false,
      false,
    ]);
    servers.other.refuses = false;
    await clock.advance(20_000);
    expect([cluster.isWatched('other'), store.size]).toEqual([true, 2]);
    expect(refusals).toEqual(['other Forbidden', 'other read']);
  });

  it('refuses a namespace for as long as one of its resources is refused, and tells so once', async () => {
    const { cluster, clock, servers, refusals } = aCluster();
    for (const type of [parts, things]) cluster.cache(type, { namespaces: ['ns', 'other'] });
    for (const server of [servers.parts, servers.ns]) server.refuses = true;
    cluster.start();
    await clock.advance(60_000);
    servers.ns.refuses = false;
    await clock.advance(60_000);
    expect(cluster.namespaceStates()).toEqual(['ns', 'other'].map((namespace) => ({ namespace, refused: true })));
    expect([cluster.isWatched('ns', [things]), cluster.isWatched('ns')]).toEqual([true, false]);
    expect(refusals.toSorted()).toEqual(['ns Forbidden', 'other Forbidden']);
    servers.parts.refuses = false;
    await clock.advance(60_000);
    expect([cluster.isWatched('ns'), refusals.length, refusals.slice(2).toSorted()]).toEqual([
      true,
      4,
      ['ns read', 'other read'],
    ]);
  });

  it('leaves out one whose right goes later, as soon as its watch has ended', async () => {
    const { cluster, clock, servers, refusals } = aCluster();
    cluster.cache(things, { namespaces: ['ns', 'other'] });
    servers.other.write('b');
    cluster.start();
    await clock.advance(10);
    servers.other.refuses = true;
    await clock.advance(1_000_000);
    expect(cluster.states()).toMatchObject([{ synced: true, objects: 0 }]);
    expect(cluster.states()[0]?.silentMs).toBeLessThan(75_000);
    expect([cluster.isWatched('other'), refusals]).toEqual([false, ['other Forbidden']]);
  });

  it('is not filled while none of them may be read, and says of each that it is refused', async () => {
    const { cluster, clock, servers } = aCluster();
    cluster.cache(things, { namespaces: ['ns', 'other'] });
    for (const server of [servers.ns, servers.other]) server.refuses = true;
    let isSynced = false;
    cluster.start();
    void cluster.whenSynced().then(() => (isSynced = true));
    await clock.advance(60_000);
    expect([cluster.states()[0]?.synced, isSynced]).toEqual([false, false]);
    expect(cluster.namespaceStates()).toEqual(['ns', 'other'].map((namespace) => ({ namespace, refused: true })));
    servers.ns.refuses = false;
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

describe('a cache of all namespaces as one', () => {
  it('waits out a refusal like any failure: there is no other namespace to work in', async () => {
    const { cluster, clock, servers } = aCluster();
    cluster.cache(things);
    servers.ns.refuses = true;
    let isSynced = false;
    cluster.start();
    void cluster.whenSynced().then(() => (isSynced = true));
    await clock.advance(60_000);
    expect([cluster.states()[0]?.synced, isSynced, cluster.isWatched('ns')]).toEqual([false, false, false]);
    expect(cluster.namespaceStates()).toEqual([]);
    servers.ns.refuses = false;
    await clock.advance(20_000);
    expect([isSynced, cluster.isWatched('ns'), cluster.isWatched('any')]).toEqual([true, true, true]);
    servers.ns.write('a');
    servers.ns.refuses = true;
    await clock.advance(1_000_000);
    expect([cluster.isWatched('ns'), cluster.states()[0]?.objects]).toEqual([true, 1]);
    expect(cluster.states()[0]?.silentMs).toBeGreaterThan(180_000);
  });
});
