import { tallyOne, type Tally } from '../suites/tally.ts';
import type { Right } from './right.ts';

/** Rights that no test uses, and why they are granted all the same. */
export const excused: Readonly<Record<Right, string>> = {};

/** What is wrong with what is granted, by what was used: a right that nobody needs, or one for everything. */
export function judgeRights(
  granted: readonly Right[],
  used: ReadonlySet<Right>,
  excuses: Readonly<Record<Right, string>> = excused,
): { readonly lines: readonly string[]; readonly tally: Tally } {
  const wild = granted.filter((right) => right.includes('*'));
  const unused = granted.filter((right) => !used.has(right) && !Object.hasOwn(excuses, right));
  const idle = Object.keys(excuses).filter((right) => !granted.includes(right));
  const problems = [
    ...wild.map((right) => `${right}: a right for everything`),
    ...unused.map((right) => `${right}: granted, and never used`),
    ...idle.map((right) => `${right}: excused, and not granted`),
  ];
  const sign = problems.length === 0 ? '✓' : '✗';
  const sum = `${sign} rights of the operator: ${granted.length} granted, ${granted.filter((right) => used.has(right)).length} used`;
  return {
    lines: [...problems.map((problem) => `  ${problem}`), sum],
    tally: tallyOne(`rights of the operator: ${problems.join('; ')}`, problems.length === 0),
  };
}
