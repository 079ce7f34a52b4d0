/** When what a step made is taken away, as its Method or step says it. */
export type Removal = 'onCompletion' | 'onDeletion' | 'never';

/** Whether it goes when the WorkItem goes: by its owner reference. */
export function isOwnedBy(removal: Removal): boolean {
  return removal !== 'never';
}

/**
 * Whether it is taken away when its attempt has ended. What is no longer wanted (cancelled, timed out) always is, however
 * long its results may stay. Only after the result is recorded: until then the object is the only record of it.
 */
export function isRemovedAfter(ending: 'completed' | 'stopped', removal: Removal): boolean {
  return ending === 'stopped' || removal === 'onCompletion';
}
