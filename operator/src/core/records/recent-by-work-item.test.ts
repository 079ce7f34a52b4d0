import { describe, expect, it } from 'vitest';
import { RecentByWorkItem } from './recent-by-work-item.ts';

const keep = (known: RecentByWorkItem<number>, workItem: string, ...keys: readonly string[]) =>
  keys.forEach((key, index) => known.set(workItem, key, index));

describe('what was recent of work items', () => {
  it('is the last that was set', () => {
    const known = new RecentByWorkItem<number>();
    keep(known, 'w', 'a', 'b', 'a');
    expect([known.get('w', 'a'), known.get('w', 'b'), known.get('other', 'a')]).toEqual([2, 1, undefined]);
    expect([...known.values()]).toEqual([1, 2]);
  });

  it('is not pushed out by another work item that tells of too much', () => {
    const known = new RecentByWorkItem<number>({ ofEach: 3, inAll: 100 });
    keep(known, 'quiet', 'a');
    keep(known, 'loud', ...Array.from({ length: 1000 }, (_, index) => `${index}`));
    expect(known.get('quiet', 'a')).toBe(0);
    expect([known.get('loud', '996'), known.get('loud', '997')]).toEqual([undefined, 997]);
  });

  it('is bounded in all: what was set the longest time ago goes', () => {
    const known = new RecentByWorkItem<number>({ ofEach: 3, inAll: 4 });
    keep(known, 'one', 'a', 'b');
    keep(known, 'two', 'a', 'b');
    keep(known, 'one', 'b');
    keep(known, 'three', 'a');
    expect([...known.values()]).toHaveLength(4);
    expect([known.get('two', 'a'), known.get('one', 'a')]).toEqual([undefined, 0]);
    keep(known, 'three', 'a');
    expect([...known.values()]).toHaveLength(4);
  });
});
