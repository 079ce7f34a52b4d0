import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { SimulatedApiServer } from '../testing/simulated-api-server.ts';
import { WriteRefused } from './api-error.ts';
import { Cluster, type ClusterClient } from './cluster.ts';
import { OperatorShell, relatedTo } from './operator-shell.ts';
import type { Selection } from './list-watch.ts';
import type { ReflectorObserver } from './reflector-observer.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';
import { keyOf } from './store.ts';
import type { Reconcile } from './work-queue.ts';

const things: ResourceType = { group: 'test.dev', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };
const parts: ResourceType = { group: 'test.dev', version: 'v1', kind: 'Part', plural: 'parts', namespaced: true };
const nothing = () => Promise.resolve(undefined);
const shells: OperatorShell[] = [];

afterEach(async () => {
  await Promise.all(shells.splice(0).map((shell) => shell.shutDown(0)));
});

/** A shell on two simulated resources, of which the namespace `other` has none. Updates change the thing on the server and answer with it. */
function aShell() {
  const clock = new ManualClock();
  const servers = { things: new SimulatedApiServer(clock), parts: new SimulatedApiServer(clock) };
  const elsewhere = new SimulatedApiServer(clock);
  const serverOf = ({ plural }: ResourceType, { namespace }: Selection) =>
    namespace === 'other' ? elsewhere : servers[plural as keyof typeof servers];
  const write = <T extends KubeObject>(_: ResourceType<T>, object: T) =>
    Promise.resolve(servers.things.write(object.metadata.name) as T);
  const client = {
    listPage: (type, options) => serverOf(type, options).listPage(type, options),
    watch: (type, options) => serverOf(type, options).watch(type, options),
    create: write,
    update: write,
    updateStatus: write,
  } satisfies Partial<ClusterClient> as unknown as ClusterClient;
  const observer = { handlerFailed: vi.fn<(error: unknown) => void>() };
  const observe = (resource: string): ReflectorObserver => (resource === 'things.test.dev' ? observer : {});
  const random = () => 0.5;
  const cluster = new Cluster({ client, clock, random, observe });
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const shell = new OperatorShell({ cluster, clock, random, logger });
  shells.push(shell);
  return { shell, cluster, clock, servers, logger, observer };
}

describe('an operator shell', () => {
  it('reconciles the keys of what is there, changes and goes, once it works', async () => {
    const { shell, clock, servers, logger } = aShell();
    const reconciled: string[] = [];
    const reconcile: Reconcile = (key) => {
      reconciled.push(`${key} ${store.get(key) === undefined ? 'gone' : 'there'}`);
      return nothing();
    };
    const store = shell.register({ name: 'thing', type: things, reconcile });
    servers.things.write('a');
    await shell.start();
    await clock.advance(10);
    expect(shell.isReady()).toBe(true);
    expect(reconciled).toEqual([]);
    expect(shell.depths().get('thing')).toEqual({ ready: 1, running: 0, delayed: 0 });
    await shell.work();
    servers.things.write('b');
    servers.things.delete('a');
    await clock.advance(10);
    expect(reconciled).toEqual(['ns/a there', 'ns/b there', 'ns/a gone']);
    expect(logger.info).toHaveBeenCalledWith('watching things.test.dev');
  });

  it('lets a key whose write was refused rest until this process leads again', async () => {
    const { shell, clock, servers } = aShell();
    const target = { verb: 'update', resource: 'things.test.dev/status' };
    const reconcile = vi.fn<Reconcile>(() =>
      Promise.reject<undefined>(new WriteRefused({ target, code: 0, reason: '', said: 'this process does not lead' })),
    );
    shell.register({ name: 'thing', type: things, reconcile });
    servers.things.write('a');
    servers.things.write('b');
    await shell.start();
    await clock.advance(10);
    await shell.work();
    await clock.advance(600_000);
    expect(reconcile).toHaveBeenCalledTimes(2);
    await shell.work();
    await clock.advance(10);
    expect(reconcile.mock.calls.map(([key]) => key)).toEqual(['ns/a', 'ns/b', 'ns/a', 'ns/b']);
  });

  it('does not work before every cache is filled', async () => {
    const { shell, clock, servers } = aShell();
    const reconcile = vi.fn<Reconcile>(nothing);
    shell.register({ name: 'thing', type: things, reconcile });
    shell.cache(parts);
    servers.things.write('a');
    servers.parts.leave();
    await shell.start();
    void shell.work();
    await clock.advance(60_000);
    expect(shell.isReady()).toBe(false);
    expect(reconcile).not.toHaveBeenCalled();
    servers.parts.comeBack();
    await clock.advance(60_000);
    expect(shell.isReady()).toBe(true);
    expect(reconcile).toHaveBeenCalledOnce();
  });

  it('lets a controller that says what it reads work without the other caches, which may never be filled', async () => {
    const { shell, clock, servers } = aShell();
    const [reconcile, other] = [vi.fn<Reconcile>(nothing), vi.fn<Reconcile>(nothing)];
    shell.register({ name: 'thing', type: things, reads: [], reconcile });
    shell.register({ name: 'part', type: parts, reconcile: other });
    servers.things.write('a');
    servers.parts.write('b');
    servers.parts.leave();
    await shell.start();
    void shell.work();
    await clock.advance(60_000);
    void shell.work();
    await clock.advance(60_000);
    expect([reconcile.mock.calls.length, other.mock.calls.length, shell.isReady()]).toEqual([2, 0, false]);
    servers.parts.comeBack();
    await clock.advance(60_000);
    expect(other).toHaveBeenCalled();
    expect(shell.isReady()).toBe(true);
  });

  it('gives no turn in a namespace of which it may not read all, and one as soon as it may', async () => {
    const { shell, clock, servers } = aShell();
    const [reconcile, other] = [vi.fn<Reconcile>(nothing), vi.fn<Reconcile>(nothing)];
    const cache = { namespaces: ['ns', 'other'] };
    shell.cache(parts, cache);
    shell.register({ name: 'thing', type: things, cache, reads: [parts], reconcile });
    shell.register({ name: 'alone', type: things, reads: [], reconcile: other });
    servers.things.write('a');
    servers.parts.refuses = true;
    await shell.start();
    await Promise.all([shell.work(), clock.advance(60_000)]);
    servers.things.write('a');
    await clock.advance(60_000);
    expect([reconcile.mock.calls.length, other.mock.calls.length, shell.isReady()]).toEqual([0, 2, true]);
    servers.parts.refuses = false;
    await clock.advance(60_000);
    expect([reconcile.mock.calls.map(([key]) => key), other.mock.calls.length]).toEqual([['ns/a'], 2]);
  });

  it('gives no more turns in a namespace that it may not read any more', async () => {
    const { shell, clock, servers } = aShell();
    const reconcile = vi.fn<Reconcile>(nothing);
    shell.register({ name: 'thing', type: things, cache: { namespaces: ['ns', 'other'] }, reconcile });
    servers.things.write('a');
    await shell.start();
    await Promise.all([shell.work(), clock.advance(10)]);
    servers.things.refuses = true;
    await clock.advance(1_000_000);
    shell.wake('thing', 'ns/a');
    await clock.advance(10);
    expect(reconcile).toHaveBeenCalledOnce();
    servers.things.refuses = false;
    await clock.advance(60_000);
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it('waits for the caches that a controller reads', async () => {
    const { shell, clock, servers } = aShell();
    const reconcile = vi.fn<Reconcile>(nothing);
    shell.cache(parts);
    shell.register({ name: 'thing', type: things, reads: [parts], reconcile });
    servers.things.write('a');
    servers.parts.leave();
    await shell.start();
    void shell.work();
    await clock.advance(60_000);
    expect(reconcile).not.toHaveBeenCalled();
    servers.parts.comeBack();
    await clock.advance(60_000);
    expect(reconcile).toHaveBeenCalled();
  });

  it('leads from a related object to the keys it concerns', async () => {
    const { shell, clock, servers } = aShell();
    const reconcile = vi.fn<Reconcile>(nothing);
    const keysOf = (part: KubeObject) => [`ns/${part.metadata.name.split('-')[0] ?? ''}`];
    shell.register({ name: 'thing', type: things, reconcile, related: [relatedTo(parts, keysOf)] });
    await shell.start();
    await clock.advance(10);
    await shell.work();
    servers.parts.write('lamp-7');
    await clock.advance(10);
    expect(reconcile.mock.calls.map(([key]) => key)).toEqual(['ns/lamp']);
  });

  it('shows a controller its own write at once', async () => {
    const { shell, cluster, clock, servers } = aShell();
    const versions: (string | undefined)[] = [];
    const store = shell.register({
      name: 'thing',
      type: things,
      reconcile: async (key) => {
        const object = store.get(key);
        if (object === undefined || versions.length > 0) return;
        const written = await cluster.updateStatus(things, object);
        versions.push(store.get(key)?.metadata.resourceVersion, written.metadata.resourceVersion);
      },
    });
    servers.things.write('a');
    await shell.start();
    await clock.advance(10);
    await shell.work();
    await settled();
    expect(versions).toEqual(['102', '102']);
  });

  it('does not take a dry run or the answer of another subresource for the object', async () => {
    const { cluster, servers } = aShell();
    const store = cluster.cache(things);
    const object = servers.things.write('a');
    await cluster.create(things, object, { dryRun: true });
    await cluster.update(things, object, { subresource: 'scale' });
    expect(store.size).toBe(0);
    await cluster.update(things, object);
    expect(store.list().map(keyOf)).toEqual(['ns/a']);
  });

  it('keeps writes outside its namespace out of a cache of one namespace', async () => {
    const { cluster, servers } = aShell();
    const store = cluster.cache(things, { namespaces: ['other'] });
    await cluster.update(things, servers.things.write('a'));
    expect(store.size).toBe(0);
  });

  it('goes on when keys cannot be made of an object, and says so', async () => {
    const { shell, clock, servers, observer } = aShell();
    const reconcile = vi.fn<Reconcile>(nothing);
    const fail = () => {
      throw new Error('no keys');
    };
    shell.register({ name: 'broken', type: parts, reconcile, related: [relatedTo(things, fail)] });
    shell.register({ name: 'thing', type: things, reconcile });
    await shell.start();
    await clock.advance(10);
    await shell.work();
    servers.things.write('a');
    await clock.advance(10);
    expect(observer.handlerFailed).toHaveBeenCalledWith(new Error('no keys'));
    expect(reconcile).toHaveBeenCalledWith('ns/a', expect.anything());
  });

  it('lets turns under way end when it shuts down, then closes its watches', async () => {
    const { shell, clock, servers } = aShell();
    const turn = Promise.withResolvers<undefined>();
    shell.register({ name: 'thing', type: things, reconcile: () => turn.promise });
    servers.things.write('a');
    await shell.start();
    await clock.advance(10);
    await shell.work();
    const stopped = shell.shutDown(1_000);
    expect(shell.isReady()).toBe(false);
    await clock.advance(10);
    expect(servers.things.openWatches).toBe(1);
    turn.resolve(undefined);
    expect(await stopped).toBe(0);
    expect(servers.things.openWatches).toBe(0);
    expect(clock.sleepers).toBe(0);
  });

  it('stops by the library’s own method too, also before its caches are filled', async () => {
    const { shell, clock, servers } = aShell();
    shell.register({ name: 'thing', type: things, reconcile: nothing });
    servers.things.leave();
    await shell.start();
    const working = shell.work();
    await clock.advance(10);
    shell.stop();
    await working;
    await settled();
    expect(clock.sleepers).toBe(0);
  });

  it('refuses what is surely a mistake', async () => {
    const { shell, cluster } = aShell();
    const controller = { name: 'thing', type: things, reconcile: nothing };
    shell.register(controller);
    expect(() => shell.register(controller)).toThrow("there is a controller 'thing'");
    expect(() => shell.cache(things)).toThrow('things.test.dev is cached already');
    expect(() => cluster.cached(parts)).toThrow('parts.test.dev is not cached');
    await shell.start();
    expect(() => shell.cache(parts)).toThrow('parts.test.dev must be cached before the cluster starts');
    const { shell: other } = aShell();
    other.register({ ...controller, reads: [parts] });
    await expect(other.start()).rejects.toThrow('parts.test.dev is not cached');
  });
});
