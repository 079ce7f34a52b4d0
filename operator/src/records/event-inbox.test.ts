import { beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseSync } from 'node:sqlite';
import { CachePointers } from './cache-pointers.ts';
import { openDatabase } from './database.ts';
import { EventInbox } from './event-inbox.ts';

let database: DatabaseSync;
let now: number;
let inbox: EventInbox;

beforeEach(() => {
  database = openDatabase(':memory:');
  now = 1_000_000;
  inbox = new EventInbox({ database, now: () => now, retentionMs: 5_000 });
});

const arrival = { namespace: 'ns', sender: 'alice' };
const anEvent = (id: string, source = 's') => ({ source, id, event: JSON.stringify({ id }) });
const ids = (after = 0) => inbox.after(after, 10).map(({ event }) => (JSON.parse(event) as { id: string }).id);

describe('EventInbox', () => {
  it('numbers events in the order of their arrival', () => {
    inbox.append([anEvent('a'), anEvent('b')], arrival);
    inbox.append([anEvent('c')], arrival);
    expect(ids()).toEqual(['a', 'b', 'c']);
    expect(ids(inbox.after(0, 1)[0]?.sequence)).toEqual(['b', 'c']);
  });

  it('takes an event in once, however often it is sent', () => {
    const [first] = inbox.append([anEvent('a')], arrival);
    expect(inbox.append([anEvent('a')], arrival)).toEqual([{ sequence: first?.sequence, duplicate: true }]);
    expect(ids()).toEqual(['a']);
  });

  it('does not let one namespace take the ids of another', () => {
    inbox.append([anEvent('a')], arrival);
    expect(inbox.append([anEvent('a')], { ...arrival, namespace: 'b' })[0]?.duplicate).toBe(false);
  });

  it('takes a batch in wholly or not at all', () => {
    const broken = { ...anEvent('b'), event: null as unknown as string };
    expect(() => inbox.append([anEvent('a'), broken], arrival)).toThrow();
    expect(ids()).toEqual([]);
  });

  it('never gives a number twice, also when the last events are gone', () => {
    const [before] = inbox.append([anEvent('a')], arrival);
    now += 10_000;
    expect(inbox.sweep()).toBe(1);
    const [after] = inbox.append([anEvent('a')], arrival);
    expect(after!.sequence).toBeGreaterThan(before!.sequence);
  });

  it('wakes who waits when something new has come, and not for a repetition', async () => {
    inbox.append([anEvent('a')], arrival);
    let woken = false;
    const waiting = inbox.arrival(new AbortController().signal).then(() => (woken = true));
    inbox.append([anEvent('a')], arrival);
    await Promise.resolve();
    expect(woken).toBe(false);
    inbox.append([anEvent('b')], arrival);
    await waiting;
  });

  it('lets go of who waits when the signal ends', async () => {
    const ending = new AbortController();
    const waiting = inbox.arrival(ending.signal);
    ending.abort();
    await waiting;
    await inbox.arrival(ending.signal);
  });

  it('has an identity that only a new database changes', () => {
    expect(inbox.identity).toBe(new EventInbox({ database, now: () => 0, retentionMs: 0 }).identity);
    const fresh = openDatabase(':memory:');
    expect(new EventInbox({ database: fresh, now: () => 0, retentionMs: 0 }).identity).not.toBe(inbox.identity);
  });
});

describe('CachePointers', () => {
  it('count until their time is over', () => {
    const pointers = new CachePointers(database, () => now);
    expect(pointers.get('k')).toBeUndefined();
    pointers.put('k', 'sha256:a', 10);
    expect(pointers.get('k')).toEqual({ outputsDigest: 'sha256:a', at: 1_000_000, expiresAt: 1_010_000 });
    now += 10_000;
    expect(pointers.get('k')).toBeUndefined();
    expect(pointers.sweep()).toBe(1);
  });

  it('are replaced by newer ones', () => {
    const pointers = new CachePointers(database, () => now);
    pointers.put('k', 'sha256:a', 10);
    pointers.put('k', 'sha256:b', 20);
    expect(pointers.get('k')).toMatchObject({ outputsDigest: 'sha256:b', expiresAt: 1_020_000 });
  });
});
