import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import { settled } from '../testing/manual-clock.ts';
import { type Deed, Operations } from './operations.ts';

const succeeded: AttemptOutcome = { result: 'Succeeded', outputs: {} };
const idOf = (path: string, number = 1, workItemUid = 'uid') => ({ workItemUid, path, number });

function someOperations(limit = 10) {
  const woken: string[] = [];
  const operations = new Operations({ wake: (key) => woken.push(key), limit });
  return { operations, woken };
}

/** A deed that ends when it is told to. */
function aDeed() {
  const { promise, resolve, reject } = Promise.withResolvers<AttemptOutcome | undefined>();
  const seen: { signal?: AbortSignal } = {};
  const deed: Deed = (signal) => {
    seen.signal = signal;
    return promise;
  };
  return { deed, seen, end: resolve, fail: reject };
}

describe('Operations', () => {
  it('shows what goes on, and its outcome once it has ended, and asks for a turn then', async () => {
    const { operations, woken } = someOperations();
    const { deed, end } = aDeed();
    const waitingFor = { kind: 'event', name: 'e', message: 'waits' } as const;
    operations.follow('ns/w', idOf('a'), deed, waitingFor);
    expect(operations.observe('uid')).toEqual([{ path: 'a', number: 1, waitingFor }]);
    expect([operations.has(idOf('a')), operations.has(idOf('a', 2)), woken]).toEqual([true, false, []]);
    end(succeeded);
    await settled();
    expect(operations.observe('uid')).toEqual([{ path: 'a', number: 1, waitingFor, outcome: succeeded }]);
    expect(woken).toEqual(['ns/w']);
  });

  it('begins an operation once, however often it is asked to', async () => {
    const { operations } = someOperations();
    let begun = 0;
    for (let time = 0; time < 3; time += 1)
      operations.begin('ns/w', idOf('a'), () => {
        begun += 1;
        return Promise.resolve(succeeded);
      });
    await settled();
    expect(begun).toBe(1);
  });

  it('keeps the attempts of a step and those of WorkItems apart', () => {
    const { operations } = someOperations();
    for (const id of [idOf('a'), idOf('a', 2), idOf('b'), idOf('a', 1, 'other')])
      operations.begin('ns/w', id, aDeed().deed);
    expect(operations.observe('uid')).toHaveLength(3);
    operations.removeAll('uid');
    expect(operations.observe('uid')).toEqual([]);
    expect(operations.observe('other')).toHaveLength(1);
  });

  it('lets no more go on than may, and begins the next when one ends, also when that was aborted', async () => {
    const { operations } = someOperations(2);
    const deeds = ['a', 'b', 'c', 'd'].map((path) => ({ path, ...aDeed() }));
    for (const { path, deed } of deeds) operations.begin('ns/w', idOf(path), deed);
    const begun = () => deeds.filter(({ seen }) => seen.signal !== undefined).map(({ path }) => path);
    expect(begun()).toEqual(['a', 'b']);
    expect(operations.observe('uid')).toHaveLength(4);
    operations.remove(idOf('c'));
    deeds[0]!.end(succeeded);
    await settled();
    expect(begun()).toEqual(['a', 'b', 'd']);
    deeds[1]!.fail(new Error('broken'));
    deeds[3]!.end(succeeded);
    await settled();
    const { deed, seen } = aDeed();
    operations.begin('ns/w', idOf('e'), deed);
    expect(seen.signal).toBeDefined();
  });

  it('lets any number of them wait for something, and gives those no place that others need', () => {
    const { operations } = someOperations(1);
    const waiting = [aDeed(), aDeed(), aDeed()];
    for (const [at, { deed }] of waiting.entries()) operations.follow('ns/w', idOf(`wait-${at}`), deed);
    const working = [aDeed(), aDeed()];
    for (const [at, { deed }] of working.entries()) operations.begin('ns/w', idOf(`work-${at}`), deed);
    expect([...waiting, ...working].map(({ seen }) => seen.signal !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('aborts what is removed, and asks for no turn then', async () => {
    const { operations, woken } = someOperations();
    const { deed, seen, end } = aDeed();
    operations.begin('ns/w', idOf('a'), deed);
    operations.remove(idOf('a'));
    expect(seen.signal?.aborted).toBe(true);
    end(succeeded);
    await settled();
    expect([operations.observe('uid'), woken]).toEqual([[], []]);
  });

  it('does not take the late end of what was removed for that of what was begun after it', async () => {
    const { operations } = someOperations();
    const [first, second] = [aDeed(), aDeed()];
    operations.begin('ns/w', idOf('a'), first.deed);
    operations.remove(idOf('a'));
    operations.begin('ns/w', idOf('a'), second.deed);
    first.end(succeeded);
    await settled();
    expect(operations.observe('uid')).toEqual([{ path: 'a', number: 1 }]);
  });

  it('goes on to show an operation that ends by something else', async () => {
    const { operations } = someOperations();
    operations.begin('ns/w', idOf('a'), () => Promise.resolve(undefined));
    await settled();
    expect(operations.observe('uid')).toEqual([{ path: 'a', number: 1 }]);
  });

  it('fails the attempt, for good, when a deed throws', async () => {
    const { operations, woken } = someOperations();
    operations.begin('ns/w', idOf('a'), () => Promise.reject(new Error('no such field')));
    await settled();
    expect(operations.observe('uid')[0]?.outcome).toEqual({
      ...{ result: 'Failed', reason: 'ImpossibleState', retryable: false },
      message: 'a mistake in Conclave: no such field',
    });
    expect(woken).toEqual(['ns/w']);
  });

  it('settles an attempt that has ended before anything was begun, once', () => {
    const { operations, woken } = someOperations();
    operations.settle('ns/w', idOf('a'), succeeded);
    operations.settle('ns/w', idOf('a'), { result: 'Unknown' });
    expect(operations.observe('uid')).toEqual([{ path: 'a', number: 1, outcome: succeeded }]);
    expect(woken).toEqual(['ns/w']);
  });

  it('ends everything when it stops, what waits for a place too', async () => {
    const { operations, woken } = someOperations(1);
    const [first, second] = [aDeed(), aDeed()];
    operations.begin('ns/w', idOf('a'), first.deed);
    operations.begin('ns/v', idOf('a', 1, 'other'), second.deed);
    operations.stop();
    first.end(succeeded);
    await settled();
    expect(first.seen.signal?.aborted).toBe(true);
    expect(second.seen.signal).toBeUndefined();
    expect([operations.observe('uid'), operations.observe('other'), woken]).toEqual([[], [], []]);
  });
});
