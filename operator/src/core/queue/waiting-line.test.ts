import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { arbitraryEntry } from '../../testing/arbitrary-entry.ts';
import { compareQueued, type QueueEntry } from './queue-order.ts';
import { WaitingLine } from './waiting-line.ts';

const anEntry = (uid: string, more: Partial<QueueEntry> = {}): QueueEntry => ({
  ...{ uid, key: `ns/${uid}`, project: undefined, priority: 0, createdAt: '2026-01-05T08:00:00Z' },
  ...more,
});

function lineOf(...entries: readonly QueueEntry[]): WaitingLine {
  const line = new WaitingLine();
  for (const entry of entries) line.put(entry);
  return line;
}

const uidsOf = (line: WaitingLine) => [...line].map(({ uid }) => uid);

describe('a line', () => {
  it('is empty at first', () => {
    expect(lineOf().length).toBe(0);
    expect(uidsOf(lineOf())).toEqual([]);
  });

  it('has who waits in their order, whenever they came', () => {
    const [old, young] = [anEntry('old'), anEntry('young', { createdAt: '2026-01-06T08:00:00Z' })];
    expect(uidsOf(lineOf(young, anEntry('urgent', { priority: 100 }), old))).toEqual(['urgent', 'old', 'young']);
  });

  it('has each once', () => {
    expect(uidsOf(lineOf(anEntry('a'), anEntry('a')))).toEqual(['a']);
  });

  it('moves who has another priority now', () => {
    expect(uidsOf(lineOf(anEntry('a'), anEntry('b'), anEntry('b', { priority: 1 })))).toEqual(['b', 'a']);
  });

  it('knows the project that one belongs to now', () => {
    const [entry] = [...lineOf(anEntry('a'), anEntry('a', { project: 'shop' }))];
    expect(entry?.project).toBe('shop');
  });

  it('forgets who leaves, and nobody else', () => {
    const line = lineOf(anEntry('a'), anEntry('b'), anEntry('c'));
    line.delete('b');
    line.delete('unknown');
    expect(uidsOf(line)).toEqual(['a', 'c']);
    expect(line.length).toBe(2);
  });

  it('tells one that was deleted from its successor of the same name and second', () => {
    const [before, after] = [anEntry('before', { key: 'ns/a' }), anEntry('after', { key: 'ns/a' })];
    for (const line of [lineOf(before, after), lineOf(after, before)]) {
      line.delete('before');
      expect(uidsOf(line)).toEqual(['after']);
    }
  });
});

describe('a line of any history', () => {
  const deeds = fc.array(fc.oneof(arbitraryEntry, fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5')), { maxLength: 40 });

  /** A WorkItem keeps its name and age; only its priority and project may change. */
  const withLastingNames = (history: readonly (QueueEntry | string)[]) => {
    const born = new Map<string, QueueEntry>();
    return history.map((deed) => {
      if (typeof deed === 'string') return deed;
      const { key, createdAt } = born.get(deed.uid) ?? deed;
      const lasting = { ...deed, key, createdAt };
      born.set(deed.uid, lasting);
      return lasting;
    });
  };

  it('holds who came and did not leave, sorted', () => {
    const property = fc.property(deeds, (history) => {
      const line = new WaitingLine();
      const waiting = new Map<string, QueueEntry>();
      for (const deed of withLastingNames(history)) {
        if (typeof deed === 'string') {
          line.delete(deed);
          waiting.delete(deed);
        } else {
          line.put(deed);
          waiting.set(deed.uid, deed);
        }
      }
      expect([...line]).toEqual([...waiting.values()].sort(compareQueued));
      expect(line.length).toBe(waiting.size);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
