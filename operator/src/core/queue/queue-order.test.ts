import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { arbitraryEntry } from '../../testing/arbitrary-entry.ts';
import { compareQueued, priorityOf, type PriorityRules, type QueueEntry } from './queue-order.ts';

const own: PriorityRules = {
  defaultPriority: 'nightly',
  priorities: [
    { name: 'nightly', value: -500 },
    { name: 'high', value: 7 },
  ],
};

describe('the priority of a WorkItem', () => {
  it.each<[string, string | number | undefined, PriorityRules, number]>([
    ['is normal when nobody says anything', undefined, {}, 0],
    ['is the number that it asks for', 12, own, 12],
    ['may be the number zero where the usual one is another', 0, own, 0],
    ['is what the name stands for: low', 'low', {}, -100],
    ['is what the name stands for: normal', 'normal', {}, 0],
    ['is what the name stands for: high', 'high', {}, 100],
    ['is what the name stands for: critical', 'critical', {}, 1000],
    ['is the usual one of the namespace when it asks for none', undefined, own, -500],
    ['may be a name of the namespace', 'nightly', own, -500],
    ['is what the namespace means by a name that all know', 'high', own, 7],
    ['is normal for a name that nobody knows', 'urgent', own, 0],
    ['is normal for a name that only JavaScript knows', 'constructor', {}, 0],
    ['is normal when the namespace names a usual one that nobody knows', undefined, { defaultPriority: 'x' }, 0],
  ])('%s', (_, asked, rules, expected) => {
    expect(priorityOf(asked, rules)).toBe(expected);
  });
});

const anEntry = (more: Partial<QueueEntry> = {}): QueueEntry => ({
  ...{ uid: 'u', key: 'ns/a', project: undefined, priority: 0, createdAt: '2026-01-05T08:00:00Z' },
  ...more,
});

describe('of two WorkItems that wait', () => {
  it.each<[string, Partial<QueueEntry>, Partial<QueueEntry>]>([
    ['the greater priority goes first, however young', { priority: 1, createdAt: '2026-01-06T08:00:00Z' }, {}],
    ['the older goes first, whatever its name', { key: 'ns/z' }, { createdAt: '2026-01-05T08:00:01Z' }],
    ['the name decides when they are of an age', {}, { key: 'ns/b', uid: 'a' }],
    ['the UID decides between one and its successor of the same second', { uid: 'u' }, { uid: 'v' }],
  ])('%s', (_, first, second) => {
    expect(compareQueued(anEntry(first), anEntry(second))).toBeLessThan(0);
    expect(compareQueued(anEntry(second), anEntry(first))).toBeGreaterThan(0);
  });

  it('neither goes first when they are the same', () => {
    expect(compareQueued(anEntry(), anEntry())).toBe(0);
  });

  it('one goes first, and that consistently', () => {
    const property = fc.property(arbitraryEntry, arbitraryEntry, arbitraryEntry, (one, other, third) => {
      expect(Math.sign(compareQueued(one, other))).toBe(0 - Math.sign(compareQueued(other, one)));
      if (one.uid !== other.uid) expect(compareQueued(one, other)).not.toBe(0);
      if (compareQueued(one, other) < 0 && compareQueued(other, third) < 0)
        expect(compareQueued(one, third)).toBeLessThan(0);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
