import fc from 'fast-check';
import type { QueueEntry } from '../core/queue/queue-order.ts';

/** Entries of a queue, of so few priorities, times and names that they often meet. */
export const arbitraryEntry: fc.Arbitrary<QueueEntry> = fc.record({
  uid: fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5'),
  key: fc.constantFrom('ns/a', 'ns/b'),
  project: fc.constantFrom(undefined, 'shop', 'lab'),
  priority: fc.constantFrom(-100, 0, 100),
  createdAt: fc.constantFrom('2026-01-05T08:00:00Z', '2026-01-05T08:00:01Z'),
});
