import { describe, expect, it, vi } from 'vitest';
import { Terminal, Waiting } from '../core/reconcile-error.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { Conflict, TooManyRequests } from './api-error.ts';
import { systemClock } from './clock.ts';
import { WorkQueue, namespaceOf, type ReconcileResult, type Turn, type WorkQueueOptions } from './work-queue.ts';

const details = { target: { verb: 'update', resource: 'things' }, code: 409, reason: 'Conflict', said: 'changed' };

/** A queue on a manual clock whose turns end when the test says so. */
function aQueue(options: Partial<WorkQueueOptions> = {}) {
  const clock = new ManualClock();
  const begun: string[] = [];
  const open = new Map<string, PromiseWithResolvers<undefined>>();
  const mostAtOnce = { total: 0 };
  const reconcile = (key: string) => {
    begun.push(key);
    const turn = Promise.withResolvers<undefined>();
    if (open.has(key)) throw new Error(`two turns of ${key} at once`);
    open.set(key, turn);
    mostAtOnce.total = Math.max(mostAtOnce.total, open.size);
    return turn.promise.finally(() => open.delete(key));
  };
  const turns: Turn[] = [];
  const waits: number[] = [];
  const observer = {
    started: ({ waitedMs }: { waitedMs: number }) => waits.push(waitedMs),
    finished: (turn: Turn) => turns.push(turn),
  };
  const queue = new WorkQueue({ reconcile, concurrency: 2, clock, random: () => 0.5, observer, ...options });
  const finish = async (key: string, error?: Error) => {
    if (error === undefined) open.get(key)?.resolve(undefined);
    else open.get(key)?.reject(error);
    await settled();
  };
  return { queue, clock, begun, finish, turns, waits, mostAtOnce };
}

/** A queue whose turns end at once, as `answer` says. */
function aQuickQueue(answer: (key: string, turn: number) => ReconcileResult | undefined) {
  const clock = new ManualClock();
  const times: number[] = [];
  const turns: Turn[] = [];
  const queue = new WorkQueue({
    reconcile: async (key) => {
      times.push(clock.monotonicMs());
      await Promise.resolve();
      return answer(key, times.length);
    },
    concurrency: 1,
    clock,
    random: () => 0.5,
    backOff: { baseMs: 100, capMs: 1_000 },
    observer: { finished: (turn) => turns.push(turn) },
  });
  queue.start();
  return { queue, clock, times, turns };
}

describe('a work queue', () => {
  it('gives a key one turn, however often it is added before', async () => {
    const { queue, begun, finish } = aQueue();
    for (let time = 0; time < 3; time += 1) queue.add('ns/a');
    queue.start();
    await finish('ns/a');
    expect(begun).toEqual(['ns/a']);
    expect(queue.depth()).toEqual({ ready: 0, running: 0, delayed: 0 });
  });

  it('gives a key that is added during its turn exactly one more, never two at once', async () => {
    const { queue, begun, finish } = aQueue();
    queue.start();
    for (let time = 0; time < 3; time += 1) queue.add('ns/a');
    await settled();
    expect(begun).toEqual(['ns/a']);
    queue.add('ns/a');
    await finish('ns/a');
    expect(begun).toEqual(['ns/a', 'ns/a']);
    await finish('ns/a');
    expect(begun).toHaveLength(2);
  });

  it('runs as many turns at once as it may, and no more', async () => {
    const { queue, begun, finish, mostAtOnce } = aQueue();
    queue.start();
    for (const key of ['ns/a', 'ns/b', 'ns/c']) queue.add(key);
    expect(begun).toEqual(['ns/a', 'ns/b']);
    expect(queue.depth()).toEqual({ ready: 1, running: 2, delayed: 0 });
    await finish('ns/b');
    expect(begun).toEqual(['ns/a', 'ns/b', 'ns/c']);
    expect(mostAtOnce.total).toBe(2);
  });

  it('lets namespaces take turns', async () => {
    const { queue, begun, finish } = aQueue({ concurrency: 1 });
    for (let index = 0; index < 4; index += 1) queue.add(`crowded/${index}`);
    for (const key of ['quiet/a', 'node-1', 'quiet/b']) queue.add(key);
    queue.start();
    for (let turn = 0; turn < 7; turn += 1) await finish(begun.at(-1) ?? '');
    expect(begun).toEqual(['crowded/0', 'quiet/a', 'node-1', 'crowded/1', 'quiet/b', 'crowded/2', 'crowded/3']);
  });

  it('tells how long keys waited and turns took', async () => {
    const { queue, clock, finish, waits, turns } = aQueue();
    queue.add('ns/a');
    await clock.advance(40);
    queue.start();
    await clock.advance(7);
    await finish('ns/a');
    expect(waits).toEqual([40]);
    expect(turns).toEqual([{ key: 'ns/a', outcome: 'done', durationMs: 7, failures: 0, retryAfterMs: undefined }]);
  });

  it('starts once', () => {
    const { queue } = aQueue();
    queue.start();
    expect(() => {
      queue.start();
    }).toThrow('a queue starts once');
  });

  it('goes on when its observer throws', async () => {
    const started = vi.fn(() => {
      throw new Error('observer');
    });
    const { queue, begun, finish } = aQueue({ observer: { started, finished: started }, concurrency: 1 });
    queue.start();
    queue.add('ns/a');
    queue.add('ns/b');
    await finish('ns/a');
    expect(begun).toEqual(['ns/a', 'ns/b']);
  });
});

describe('a key asked for later', () => {
  it('gets its turn at the earliest of the times asked for', async () => {
    const { queue, clock, times } = aQuickQueue(() => undefined);
    queue.addAfter('ns/a', 500);
    queue.addAfter('ns/a', 200);
    queue.addAfter('ns/a', 300);
    expect(queue.depth().delayed).toBe(1);
    await clock.advance(1_000);
    expect(times).toEqual([200]);
    expect(clock.sleepers).toBe(0);
  });

  it('looks again when its turn asks for it', async () => {
    const { clock, queue, times } = aQuickQueue((_, turn) => (turn < 3 ? { requeueAfterMs: 50 } : undefined));
    queue.add('ns/a');
    await clock.advance(1_000);
    expect(times).toEqual([0, 50, 100]);
  });

  it('comes in the order of the times, not of the asking', async () => {
    const { queue, clock, turns } = aQuickQueue(() => undefined);
    for (const [key, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['d', 40],
      ['b', 20],
    ] as const)
      queue.addAfter(key, delayMs);
    await clock.advance(100);
    expect(turns.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a turn that fails', () => {
  it('is repeated after growing delays up to the cap, and a success begins anew', async () => {
    const { queue, clock, times, turns } = aQuickQueue((_, turn) => {
      if (turn === 7) return undefined;
      throw new Error('no luck');
    });
    queue.add('ns/a');
    await clock.advanceUntil(() => times.length === 7, 10_000);
    expect(times).toEqual([0, 75, 225, 525, 1125, 1875, 2625]);
    expect(turns.map(({ failures }) => failures)).toEqual([1, 2, 3, 4, 5, 6, 0]);
    expect(queue.depth().delayed).toBe(0);
    queue.add('ns/a');
    await clock.advanceUntil(() => times.length === 9, 10_000);
    expect(times[8]! - times[7]!).toBe(75);
  });

  it('does not hold up other keys, nor its own when something happens', async () => {
    const { queue, clock, turns } = aQuickQueue((key) => {
      if (key === 'ns/bad') throw new Error('no luck');
      return undefined;
    });
    for (const key of ['ns/bad', 'ns/good']) queue.add(key);
    await settled();
    queue.add('ns/bad');
    await settled();
    expect(turns.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
      'ns/bad failed',
      'ns/good done',
      'ns/bad failed',
    ]);
    await clock.advance(74);
    expect(turns).toHaveLength(3);
  });

  it('is repeated soon and quietly after a conflict, but as a failure when conflicts do not end', async () => {
    const { queue, clock, times, turns } = aQuickQueue(() => {
      throw new Conflict(details);
    });
    queue.add('ns/a');
    await clock.advanceUntil(() => times.length === 12, 10_000);
    expect(times.slice(0, 3)).toEqual([0, 25, 50]);
    expect(turns.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(10).fill('conflict'),
      ...['failed', 'failed'],
    ]);
    expect(times[11]! - times[10]!).toBe(75);
  });

  it('waits as long as the server asks', async () => {
    const { queue, clock, times } = aQuickQueue(() => {
      throw new TooManyRequests({ ...details, code: 429, retryAfterMs: 5_000 });
    });
    queue.add('ns/a');
    await clock.advanceUntil(() => times.length === 2, 10_000);
    expect(times).toEqual([0, 5_000]);
  });

  it('is no failure when it only waits for something', async () => {
    const { queue, clock, times, turns } = aQuickQueue(() => {
      throw new Waiting('for the quota', 700);
    });
    queue.add('ns/a');
    await clock.advance(1_500);
    expect(times).toEqual([0, 700, 1400]);
    expect(turns[0]).toMatchObject({ outcome: 'waiting', failures: 0, retryAfterMs: 700 });
  });

  it('is not repeated when that cannot help, until the key is added', async () => {
    const { queue, clock, times, turns } = aQuickQueue(() => {
      throw new Terminal('the schema forbids it');
    });
    queue.add('ns/a');
    await clock.advance(100_000);
    expect(times).toEqual([0]);
    expect(turns[0]).toMatchObject({ outcome: 'terminal', retryAfterMs: undefined });
    queue.add('ns/a');
    await settled();
    expect(times).toHaveLength(2);
  });

  it('may throw before it returns a promise', async () => {
    const { queue, turns } = aQueue({
      reconcile: () => {
        throw new TypeError('a bug');
      },
    });
    queue.start();
    queue.add('ns/a');
    await settled();
    expect(turns).toMatchObject([{ outcome: 'failed', error: new TypeError('a bug') }]);
  });
});

describe('a work queue that stops', () => {
  it('lets the turns under way end, and begins no other', async () => {
    const { queue, clock, begun, finish } = aQueue({ concurrency: 1 });
    queue.start();
    queue.add('ns/a');
    queue.add('ns/b');
    queue.addAfter('ns/c', 10);
    const stopped = queue.stop(1_000);
    await clock.advance(500);
    await finish('ns/a');
    expect(await stopped).toBe(0);
    queue.add('ns/d');
    queue.addAfter('ns/d', 1);
    await clock.advance(1_000);
    expect(begun).toEqual(['ns/a']);
    expect(clock.sleepers).toBe(0);
  });

  it('aborts what is still under way when the time is up, and says how much that is', async () => {
    const signals: AbortSignal[] = [];
    const { queue, clock } = aQueue({
      reconcile: (_, signal) => {
        signals.push(signal);
        return new Promise<undefined>(() => undefined);
      },
    });
    queue.start();
    queue.add('ns/a');
    const stopped = queue.stop(1_000);
    await clock.advance(999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(await stopped).toBe(1);
    expect(signals[0]?.aborted).toBe(true);
  });

  it('stops at once when nothing is under way', async () => {
    const { queue, clock } = aQueue();
    queue.addAfter('ns/a', 1_000);
    expect(await queue.stop(1_000)).toBe(0);
    expect(clock.sleepers).toBe(0);
  });
});

describe('a work queue with ten thousand keys', () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `ns-${index % 7}/item-${index}`);

  async function measure(): Promise<{ tookMs: number; ticks: number }> {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    const left = new Set(keys);
    const done = Promise.withResolvers<undefined>();
    const reconcile = (key: string) => {
      left.delete(key);
      if (left.size === 0) done.resolve(undefined);
      return Promise.resolve();
    };
    const queue = new WorkQueue({ reconcile, concurrency: 16, clock: systemClock, random: Math.random });
    queue.start();
    const startedAtMs = performance.now();
    for (const key of keys) queue.add(key);
    await done.promise;
    clearInterval(timer);
    return { tookMs: performance.now() - startedAtMs, ticks };
  }

  it('gives each its turn soon (10 to 30 ms on an idle machine), and lets timers through meanwhile', async () => {
    const runs = [await measure(), await measure(), await measure()];
    expect(Math.min(...runs.map(({ tookMs }) => tookMs))).toBeLessThan(1_000);
    expect(runs[0]?.ticks).toBeGreaterThan(0);
  });

  it('delays and releases them as fast, with one timer', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ reconcile: () => Promise.resolve(), concurrency: 1, clock, random: Math.random });
    const startedAtMs = performance.now();
    keys.forEach((key, index) => {
      queue.addAfter(key, 1_000 + ((index * 7919) % 10_000));
    });
    expect(queue.depth().delayed).toBe(10_000);
    await settled();
    expect(clock.sleepers).toBeLessThan(10);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    await queue.stop(0);
  });
});

describe('namespaceOf', () => {
  it('is empty for cluster-scoped objects', () => {
    expect([namespaceOf('ns/a'), namespaceOf('node-1')]).toEqual(['ns', '']);
  });
});
