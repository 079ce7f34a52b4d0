import { afterEach, describe, expect, it, vi } from 'vitest';
import { LineQueue } from '../testing/line-queue.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { SimulatedApiServer } from '../testing/simulated-api-server.ts';
import { StoreHistory, versionsOf } from '../testing/store-history.ts';
import { ResponseTooLarge } from './api-error.ts';
import type { ListPage, ListWatch, WatchStream } from './list-watch.ts';
import { Reflector, type ReflectorTuning } from './reflector.ts';
import type { Restart } from './reflector-observer.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';
import { Store } from './store.ts';
import { stripManagedFields } from './strip-managed-fields.ts';

const things: ResourceType = { group: '', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };
const running: Reflector<KubeObject>[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((reflector) => reflector.stop()));
});

/** A reflector on a simulated server, started and synced unless `names` is undefined. */
function aReflector(tuning: Partial<ReflectorTuning> = {}, wrap = (server: ListWatch): ListWatch => server) {
  const clock = new ManualClock();
  const server = new SimulatedApiServer(clock);
  const store = new Store<KubeObject>({ transform: stripManagedFields });
  const history = new StoreHistory();
  store.subscribe(history.record);
  const restarts: Restart[] = [];
  const observer = {
    listed: vi.fn(),
    received: vi.fn(),
    restarted: (restart: Restart) => {
      restarts.push(restart);
    },
  };
  const random = () => 0.5;
  const options = { listWatch: wrap(server), type: things, store, clock, random, tuning, observer };
  const reflector = new Reflector(options);
  running.push(reflector);
  const start = async () => {
    reflector.start();
    await clock.advance(10);
  };
  const expectEqual = () => {
    expect(versionsOf(store.list())).toEqual(versionsOf(server.objects()));
    expect(history.present()).toEqual(versionsOf(server.objects()));
    expect(history.violations).toEqual([]);
  };
  const reasons = () => restarts.map(({ reason, relist }) => `${reason}${relist ? ', list' : ''}`);
  return { clock, server, store, reflector, history, observer, restarts, reasons, start, expectEqual };
}

describe('a reflector that starts', () => {
  it('lists in pages of one moment, then watches from there', async () => {
    const { server, reflector, start, observer, store, expectEqual } = aReflector({ pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) server.write(name);
    expect(reflector.hasSynced()).toBe(false);
    await start();
    expect(reflector.hasSynced()).toBe(true);
    expect(server.requests).toEqual(['list 2', 'list 2 continued', 'list 2 continued', 'watch 105']);
    expect(observer.listed).toHaveBeenCalledWith({ durationMs: 3, pages: 3, objects: 5 });
    expect(store.size).toBe(5);
    expectEqual();
  });

  it('asks for everything at once when the continue token expires on the way', async () => {
    const { server, start, clock, reflector, expectEqual } = aReflector({ pageSize: 2 });
    for (const name of ['a', 'b', 'c']) server.write(name);
    reflector.start();
    await clock.advance(1);
    server.write('d');
    server.compact();
    await clock.advance(10);
    expect(server.requests).toEqual(['list 2', 'list 2 continued', 'list all', 'watch 104']);
    expectEqual();
    await expect(start()).rejects.toThrow('a reflector starts once');
  });

  it('asks for smaller pages when one is larger than the client takes', async () => {
    const limits: (number | undefined)[] = [];
    const { server, start, clock, reflector, expectEqual } = aReflector({}, (own) => ({
      watch: (type, options) => own.watch(type, options),
      listPage: async (type, options) => {
        const page = await own.listPage(type, options);
        limits.push(options.limit);
        if (page.items.length <= 3) return page;
        const target = { verb: 'list', resource: 'things' };
        throw new ResponseTooLarge({ target, code: 0, reason: '', said: 'the answer is larger than 3 objects' });
      },
    }));
    for (let index = 0; index < 20; index += 1) server.write(`thing-${index}`);
    await start();
    await clock.advance(100);
    expect(limits).toEqual([500, 250, 125, 62, 31, 15, 7, 3, 3, 3, 3, 3, 3, 3]);
    expect(reflector.hasSynced()).toBe(true);
    expectEqual();
  });

  it.each(['tooManyRequests', 'serverError', 'unreachable', 'gone'] as const)(
    'tries again, not synced meanwhile, while lists are answered with %s',
    async (fault) => {
      const { server, start, clock, reflector, restarts, expectEqual } = aReflector();
      server.write('a');
      server.listFaults.push(fault, fault, fault);
      await start();
      expect(reflector.hasSynced()).toBe(false);
      expect(restarts[0]?.relist).toBe(true);
      await clock.advance(10_000);
      expect(reflector.hasSynced()).toBe(true);
      expect(new Set(server.requests)).toEqual(new Set(['list 500', 'watch 101']));
      expectEqual();
    },
  );

  it('waits as long as the server asks', async () => {
    const { server, start, restarts } = aReflector();
    server.listFaults.push('tooManyRequests');
    await start();
    expect(restarts).toMatchObject([{ reason: 'TooManyRequests', delayMs: 3000 }]);
  });
});

describe('a reflector that watches', () => {
  it('goes on from the last version after the server timeout, at once and without a list', async () => {
    const { server, start, clock, restarts, expectEqual } = aReflector();
    await start();
    server.write('a');
    await clock.advance(1_000_000);
    server.write('b');
    await clock.advance(10);
    expect(server.requests).toEqual(['list 500', 'watch 100', 'watch 101', 'watch 101']);
    expect(restarts.map(({ reason, delayMs }) => `${reason} ${delayMs}`)).toEqual([
      'ServerTimeout 0',
      'ServerTimeout 0',
    ]);
    expectEqual();
  });

  it('moves on with bookmarks, so that a quiet watch does not expire', async () => {
    const { server, start, clock, store, reasons } = aReflector();
    await start();
    server.restore(5_000);
    await clock.advance(1_000);
    server.requests.length = 0;
    await clock.advance(500_000);
    expect(store.resourceVersion).toBe('5000');
    expect(server.requests).toContain('watch 5000');
    expect(reasons()).toContain('ServerTimeout');
  });

  it.each([false, true])('lists again when its version expired, told inside the watch: %s', async (inStream) => {
    const { server, start, clock, reasons, expectEqual } = aReflector();
    server.expiredInStream = inStream;
    server.write('a');
    server.write('b');
    await start();
    server.leave();
    server.delete('a');
    server.write('b');
    server.write('c');
    server.compact();
    server.comeBack();
    await clock.advance(5_000);
    expect(reasons()).toEqual(['Disconnected', 'Expired, list']);
    expectEqual();
  });

  it.each([
    ['cut', 'Disconnected'],
    ['truncate', 'Malformed'],
    ['corrupt', 'Malformed'],
    ['errorEvent', 'ErrorEvent'],
    ['end', 'ServerTimeout'],
    ['halfOpen', 'Stalled'],
  ] as const)('resumes without a list after %s', async (kind, reason) => {
    const { server, start, clock, reasons, expectEqual } = aReflector();
    server.watchFaults.push({ kind, after: 1 });
    await start();
    for (const name of ['a', 'b', 'c']) server.write(name);
    server.delete('a');
    await clock.advance(80_000);
    expect(reasons()[0]).toBe(reason);
    expect(server.requests.slice(0, 3)).toEqual(['list 500', 'watch 100', 'watch 101']);
    expectEqual();
  });

  it('ignores what comes twice', async () => {
    const { server, start, clock, reasons, expectEqual } = aReflector();
    server.watchFaults.push({ kind: 'duplicate', after: 1 });
    await start();
    for (const name of ['a', 'b', 'b']) server.write(name);
    await clock.advance(10);
    expect(reasons()).toEqual([]);
    expectEqual();
  });

  it('lists again when the order is broken', async () => {
    const { server, start, clock, reasons, expectEqual } = aReflector();
    server.watchFaults.push({ kind: 'reorder', after: 0 });
    await start();
    server.write('a');
    server.delete('a');
    await clock.advance(1_000);
    expect(reasons()).toEqual(['OutOfOrder, list']);
    expectEqual();
  });

  it('replaces a silent watch, and lists when the next is silent too', async () => {
    const { server, start, clock, reflector, reasons, expectEqual } = aReflector();
    const silent = { kind: 'halfOpen', after: 0 } as const;
    server.watchFaults.push(silent, silent, silent);
    await start();
    server.write('a');
    await clock.advance(74_000);
    expect(reasons()).toEqual([]);
    await clock.advance(78_000);
    expect(reasons()).toEqual(['Stalled', 'Stalled, list']);
    expect(reflector.silentMs()).toBeLessThan(30_000);
    expectEqual();
  });

  it('does not wait for ever for a watch to be answered', async () => {
    const { server, start, clock, reasons, reflector } = aReflector({}, (inner) => ({
      listPage: (type, options) => inner.listPage(type, options),
      watch: () => new Promise<WatchStream>(() => undefined),
    }));
    await start();
    await clock.advance(16_000);
    expect(reasons()).toEqual(['Stalled']);
    expect(server.openWatches).toBe(0);
    expect(reflector.silentMs()).toBeGreaterThan(15_000);
  });
});

describe('a reflector whose server fails', () => {
  it('backs off with growing, jittered delays up to the cap, and begins anew after a healthy watch', async () => {
    const { server, start, clock, restarts } = aReflector();
    await start();
    server.leave();
    await clock.advance(300_000);
    const delays = restarts.map(({ delayMs }) => delayMs);
    expect(delays.slice(0, 8)).toEqual([125, 250, 500, 1000, 2000, 4000, 7500, 7500]);
    expect(delays.length).toBeLessThan(60);
    server.comeBack();
    await clock.advance(30_000);
    restarts.length = 0;
    server.leave();
    await clock.advance(1);
    expect(restarts.map(({ delayMs }) => delayMs)).toEqual([125]);
  });

  it('converges when it comes back after five minutes', async () => {
    const { server, start, clock, expectEqual, reflector } = aReflector();
    for (const name of ['a', 'b', 'c']) server.write(name);
    await start();
    server.leave();
    server.delete('b');
    server.write('c');
    await clock.advance(300_000);
    expect(reflector.hasSynced()).toBe(true);
    expect(reflector.silentMs()).toBeGreaterThan(290_000);
    server.comeBack();
    await clock.advance(16_000);
    expectEqual();
  });

  it('backs off from a server that ends every watch at once', async () => {
    const { server, start, clock, restarts } = aReflector();
    server.watchFaults.push(...Array.from({ length: 50 }, () => ({ kind: 'end', after: 0 }) as const));
    await start();
    for (let second = 0; second < 60; second += 1) {
      server.write('a');
      await clock.advance(1_000);
    }
    expect(restarts.map(({ delayMs }) => delayMs).slice(0, 4)).toEqual([0, 250, 500, 1000]);
    expect(restarts.length).toBeLessThan(20);
  });

  it('lists when the same version fails again and again', async () => {
    const { server, start, clock, reasons, expectEqual } = aReflector();
    server.watchFaults.push('serverError', 'serverError');
    await start();
    server.write('a');
    await clock.advance(2_000);
    expect(reasons()).toEqual(['Rejected', 'Rejected, list']);
    expectEqual();
  });

  it('refuses a list from the past a few times, then believes that the history was cut back', async () => {
    const { server, start, clock, store, reasons } = aReflector();
    for (const name of ['a', 'b', 'c']) server.write(name);
    await start();
    server.restore(50);
    server.write('d');
    await clock.advance(400_000);
    const refused = () => reasons().filter((reason) => reason === 'StaleList, list').length;
    expect(refused()).toBe(3);
    expect(versionsOf(store.list())).toEqual(versionsOf(server.objects()));
    server.restore(20);
    await clock.advance(400_000);
    expect(refused()).toBe(6);
    expect(store.list()).toEqual([]);
  });
});

describe('a reflector that stops', () => {
  it('ends its watch, its timers and its loop at once, and changes nothing afterwards', async () => {
    const { server, start, clock, reflector, store } = aReflector();
    await start();
    await reflector.stop();
    await settled();
    expect(server.openWatches).toBe(0);
    expect(clock.sleepers).toBe(0);
    server.write('a');
    await clock.advance(400_000);
    expect(store.size).toBe(0);
    expect(server.requests).toEqual(['list 500', 'watch 100']);
  });

  it('ends in the middle of a list', async () => {
    const { server, clock, reflector, store } = aReflector();
    server.write('a');
    server.listFaults.push('delay');
    reflector.start();
    await clock.advance(1_000);
    await reflector.stop();
    expect(clock.sleepers).toBe(0);
    expect(store.size).toBe(0);
  });

  it('ends while it backs off', async () => {
    const { server, clock, reflector } = aReflector();
    server.leave();
    reflector.start();
    await clock.advance(60_000);
    await reflector.stop();
    expect(clock.sleepers).toBe(0);
  });

  it('ends even when a watch ignores its signal', async () => {
    const { start, clock, reflector } = aReflector({}, (inner) => ({
      listPage: (type, options) => inner.listPage(type, options),
      watch: () => new Promise<WatchStream>(() => undefined),
    }));
    await start();
    await reflector.stop();
    expect(clock.sleepers).toBe(0);
  });

  it('closes its watch, and takes in nothing that the watch says afterwards', async () => {
    const lines = new LineQueue();
    const close = vi.fn();
    const { start, reflector, store } = aReflector({}, (inner) => ({
      listPage: (type, options) => inner.listPage(type, options),
      watch: () => Promise.resolve({ lines, close }),
    }));
    await start();
    await reflector.stop();
    const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '200' };
    lines.push(JSON.stringify({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'Thing', metadata } }));
    await settled();
    expect(close).toHaveBeenCalled();
    expect(store.size).toBe(0);
  });

  it('closes a watch that is answered only after it stopped', async () => {
    const answer = Promise.withResolvers<WatchStream>();
    const close = vi.fn();
    const { start, reflector } = aReflector({}, (inner) => ({
      listPage: (type, options) => inner.listPage(type, options),
      watch: () => answer.promise,
    }));
    await start();
    await reflector.stop();
    answer.resolve({ lines: new LineQueue(), close });
    await settled();
    expect(close).toHaveBeenCalled();
  });
});

describe('the observer of a reflector', () => {
  it('is told how old the events are', async () => {
    const { clock, start, observer } = aReflector({}, (inner) => ({
      listPage: (type, options) => inner.listPage(type, options),
      watch: async (type, options) => {
        const stream = await inner.watch(type, options);
        const managedFields = [{ time: new Date(clock.wallMs() - 2_500).toISOString() }];
        const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '200', managedFields };
        const line = JSON.stringify({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'Thing', metadata } });
        return {
          lines: oneLine(line),
          close: () => {
            stream.close();
          },
        };
      },
    }));
    await start();
    expect(observer.received).toHaveBeenCalledWith({ type: 'ADDED', lagMs: expect.closeTo(2_500, -2) });
  });

  it('cannot hurt the reflector', async () => {
    const { server, start, clock, observer, expectEqual } = aReflector();
    observer.listed.mockImplementation(() => {
      throw new Error('observer');
    });
    observer.received.mockRejectedValue(new Error('observer'));
    await start();
    server.write('a');
    await clock.advance(10);
    expectEqual();
  });

  it('hears of a program error, and the reflector goes on', async () => {
    let broken = true;
    const { server, start, clock, reasons, expectEqual } = aReflector({}, (inner) => ({
      listPage: async <T extends KubeObject>(type: ResourceType<T>, options: object): Promise<ListPage<T>> => {
        if (broken) throw new TypeError('a bug');
        return inner.listPage(type, options);
      },
      watch: (type, options) => inner.watch(type, options),
    }));
    server.write('a');
    await start();
    expect(reasons()).toEqual(['Failed, list']);
    broken = false;
    await clock.advance(1_000);
    expectEqual();
  });
});

async function* oneLine(line: string): AsyncGenerator<string> {
  yield line;
  await new Promise(() => undefined);
}
