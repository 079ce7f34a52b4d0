import { expect, it } from 'vitest';
import { isOwnedBy, isRemovedAfter } from './when-removed.ts';

it.each([
  ['onCompletion', true, true, true],
  ['onDeletion', false, true, true],
  ['never', false, true, false],
] as const)('%s', (removal, afterCompletion, afterStop, withWorkItem) => {
  expect(isRemovedAfter('completed', removal)).toBe(afterCompletion);
  expect(isRemovedAfter('stopped', removal)).toBe(afterStop);
  expect(isOwnedBy(removal)).toBe(withWorkItem);
});
