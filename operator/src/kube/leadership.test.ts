import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Leadership } from './leadership.ts';
import type { WritePass } from './write-gate.ts';

it('is settled when the last of its unanswered writes is over, in whatever order they were given up', async () => {
  const clock = new ManualClock();
  const leadership = new Leadership(clock, { leaseDurationMs: 15_000, renewDeadlineMs: 10_000 });
  const enter = () => leadership.enter() as Extract<WritePass, { readonly timeoutMs: number }>;
  leadership.renewed(0);
  const early = enter();
  await clock.advance(5_000);
  leadership.renewed(5_000);
  enter().leave('unknown');
  early.leave('unknown');
  await clock.advance(14_999);
  expect(await leadership.settled(0)).toBe(false);
  await clock.advance(1);
  expect(await leadership.settled(0)).toBe(true);
});
