import type { Random } from '../../operator/src/kube/clock.ts';

const words =
  'the plan keeps every step small and a review finds what tests miss when data moves between two services so we measure first then change one part and write down why it was done'.split(
    ' ',
  );

/** One of several, each as likely as the others. */
export function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

/** A whole number from `least` to `most`, both included. */
export const wholeBetween = (least: number, most: number, random: Random): number =>
  least + Math.floor(random() * (most - least + 1));

/** A sentence without much sense. */
export function randomSentence(random: Random): string {
  const chosen = Array.from({ length: wholeBetween(4, 10, random) }, () => pick(words, random)).join(' ');
  return `${chosen.charAt(0).toUpperCase()}${chosen.slice(1)}.`;
}
