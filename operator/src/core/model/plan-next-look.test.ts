import { expect, it } from 'vitest';
import { lookPauses, planNextLook } from './plan-next-look.ts';

const history = { isReady: false, failures: 1, isOurs: false, random: 0.5 };
const plan = (more: Partial<typeof history>) => planNextLook({ ...history, ...more }, lookPauses);

it('looks again after half a minute, and after five when it is ready', () => {
  expect(plan({})).toBe(30_000);
  expect(plan({ isReady: true, failures: 0 })).toBe(300_000);
});

it('does not look at all of them at once', () => {
  expect([plan({ random: 0 }), plan({ random: 1 })]).toEqual([27_000, 33_000]);
});

it('looks sooner at a server of ours that has just started', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => plan({ isOurs: true, failures }));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});
