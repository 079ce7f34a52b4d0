import { expect, it } from 'vitest';
import { lookPauses, planNextLook } from './plan-next-look.ts';

const history = { isReady: false, failures: 1, isOurs: false, random: 0.5 };
const plan = (more: Partial<typeof history>) => planNextLook({ ...history, ...more }, lookPauses);

it('looks again after five minutes at what is ready', () => {
  expect(plan({ isReady: true, failures: 0 })).toBe(300_000);
});

it('does not look at all of them at once', () => {
  expect([plan({ failures: 5, random: 0 }), plan({ failures: 5, random: 1 })]).toEqual([14_400, 17_600]);
});

it.each([
  ['half a minute at a server of ours', true, 30_000],
  ['two minutes at one of others', false, 120_000],
])('looks soon at what has just come, and less and less often, down to every %s', (_, isOurs, longest) => {
  const pauses = [1, 2, 3, 4, 5, 1000].map((failures) => plan({ isOurs, failures }));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, longest]);
});
