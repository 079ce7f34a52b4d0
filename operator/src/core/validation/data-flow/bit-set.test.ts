import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BitSet } from './bit-set.ts';

const CAPACITY = 100;
const members = fc.uniqueArray(fc.nat({ max: CAPACITY - 1 }));
const setOf = (numbers: readonly number[]) => {
  const set = new BitSet(CAPACITY);
  for (const number of numbers) set.add(number);
  return set;
};
const membersOf = (set: BitSet) =>
  Array.from({ length: CAPACITY }, (_, index) => index).filter((each) => set.has(each));

describe('BitSet', () => {
  test('is a set', () => {
    fc.assert(
      fc.property(members, members, (one, other) => {
        const [left, right] = [setOf(one), setOf(other)];
        const union = left.clone();
        union.addAll(right);
        const shared = left.clone();
        shared.keepOnly(right);
        const sorted = (numbers: Iterable<number>) => [...new Set(numbers)].sort((a, b) => a - b);
        expect(membersOf(left)).toEqual(sorted(one));
        expect(membersOf(union)).toEqual(sorted([...one, ...other]));
        expect(membersOf(shared)).toEqual(sorted(one.filter((each) => other.includes(each))));
        expect(left.firstOutside(right)).toBe(sorted(one).find((each) => !other.includes(each)));
      }),
    );
  });
});
