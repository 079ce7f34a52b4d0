import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

const forever = new AbortController().signal;

/** Work that is inside until it is let go. */
function aCrowd(most: number) {
  const turnstile = new Turnstile(most);
  const inside: string[] = [];
  const letGo = new Map<string, () => void>();
  const come = (name: string, signal = forever) =>
    turnstile.pass(signal, async () => {
      inside.push(name);
      await new Promise<void>((resolve) => letGo.set(name, resolve));
      return name;
    });
  const leave = async (name: string) => {
    letGo.get(name)?.();
    await sleep(0);
  };
  return { turnstile, inside, come, leave };
}

describe('a turnstile', () => {
  it('lets so many in at once, and then one for each that leaves, in their order', async () => {
    const { inside, come, leave } = aCrowd(2);
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => come(name));
    await sleep(0);
    expect(inside).toEqual(['a', 'b']);
    await leave('b');
    expect(inside).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd', 'e']) await leave(name);
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(inside).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('lets nobody pass those who wait, %i moments after one has left', async (moments) => {
    const { inside, come, leave } = aCrowd(1);
    const all = [come('a'), come('b')];
    await sleep(0);
    const left = leave('a');
    for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
    all.push(come('late'));
    await left;
    for (const name of ['b', 'late']) await leave(name);
    await Promise.all(all);
    expect(inside).toEqual(['a', 'b', 'late']);
  });

  it('keeps no place for whoever gave up, before it came or while it waited', async () => {
    const { inside, come, leave } = aCrowd(1);
    const impatience = new AbortController();
    const first = come('a');
    const waiting = come('b', impatience.signal);
    const last = come('c');
    impatience.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(come('d', impatience.signal)).rejects.toThrow('enough');
    await leave('a');
    expect(inside).toEqual(['a', 'c']);
    await leave('c');
    await Promise.all([first, last]);
  });

  it('is left by work that fails, too', async () => {
    const { turnstile, inside, come, leave } = aCrowd(1);
    await expect(turnstile.pass(forever, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const next = come('a');
    await sleep(0);
    expect(inside).toEqual(['a']);
    await leave('a');
    await next;
  });
});
