import type { WorkItemStatus } from '../../api/work-item-status.ts';

/** What is recorded with the next write and is no reason for one: it tells only what is seen anyway while it matters. */
const mayWait: ReadonlySet<string> = new Set(['jobUid']);

/** Whether a status says something new that must not wait for the next write. */
export function isWorthRecording(before: WorkItemStatus | undefined, after: WorkItemStatus): boolean {
  return !isSame(before, after);
}

/** Whether two values are the same as JSON, but for what may wait. A field that is undefined counts as absent. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = keysOf(one);
  if (keys.length !== keysOf(other).length) return false;
  return keys.every((key) => isSame(Reflect.get(one, key), Reflect.get(other, key)));
}

const keysOf = (value: object) =>
  Object.keys(value).filter((key) => Reflect.get(value, key) !== undefined && !mayWait.has(key));
