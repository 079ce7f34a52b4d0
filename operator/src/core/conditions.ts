import type { Condition } from '../api/condition.ts';

/** A condition before it is known whether it is new. */
export type ConditionUpdate = Omit<Condition, 'lastTransitionTime'>;

/**
 * The conditions with one of them set. `lastTransitionTime` moves only when `status` does, and when nothing changed the
 * list stays the same object, so that no write follows.
 */
export function setCondition(
  conditions: readonly Condition[],
  update: ConditionUpdate,
  now: Date,
): readonly Condition[] {
  const before = conditions.find(({ type }) => type === update.type);
  const lastTransitionTime = before?.status === update.status ? before.lastTransitionTime : now.toISOString();
  const after: Condition = { ...update, lastTransitionTime };
  if (before === undefined) return [...conditions, after];
  return isSame(before, after) ? conditions : conditions.map((each) => (each.type === after.type ? after : each));
}

/** The condition of a type, if the object has it. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function isSame(before: Condition, after: Condition): boolean {
  return (
    before.status === after.status &&
    before.reason === after.reason &&
    before.message === after.message &&
    before.observedGeneration === after.observedGeneration
  );
}
