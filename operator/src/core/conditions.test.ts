import { describe, expect, it } from 'vitest';
import type { Condition } from '../api/condition.ts';
import { findCondition, setCondition, type ConditionUpdate } from './conditions.ts';

const monday = new Date('2026-01-05T08:00:00Z');
const tuesday = new Date('2026-01-06T08:00:00Z');
const update: ConditionUpdate = {
  type: 'Valid',
  status: 'True',
  reason: 'AllChecksPassed',
  message: 'it can run',
  observedGeneration: 1,
};
const valid: Condition = { ...update, lastTransitionTime: monday.toISOString() };

describe('setCondition', () => {
  it('adds a condition with the time of its first status', () => {
    expect(setCondition([], update, monday)).toEqual([valid]);
  });

  it('moves the time when the status changes', () => {
    const [after] = setCondition([valid], { ...update, status: 'False' }, tuesday);
    expect(after?.lastTransitionTime).toBe(tuesday.toISOString());
  });

  it('keeps the time when only the words change', () => {
    const [after] = setCondition([valid], { ...update, message: 'still' }, tuesday);
    expect(after).toEqual({ ...valid, message: 'still' });
  });

  it('returns the same list when nothing changed', () => {
    const conditions = [valid];
    expect(setCondition(conditions, update, tuesday)).toBe(conditions);
  });

  it('leaves the other conditions alone', () => {
    const other = { ...valid, type: 'Other' };
    expect(setCondition([other, valid], { ...update, status: 'Unknown' }, tuesday)[0]).toBe(other);
  });
});

describe('findCondition', () => {
  it('finds a condition by its type', () => {
    expect(findCondition([valid], 'Valid')).toBe(valid);
  });

  it('finds none where there are none', () => {
    expect(findCondition(undefined, 'Valid')).toBeUndefined();
  });
});
