import { attemptMutations } from './attempt-mutations.ts';
import { governanceMutations } from './governance-mutations.ts';
import { languageMutations } from './language-mutations.ts';
import type { Mutation } from './mutation.ts';
import { orderMutations } from './order-mutations.ts';
import { runMutations } from './run-mutations.ts';

/** Every bug that is planted: in the planner, in decisions, in the graph of steps, in templates and in expressions. */
export const mutations: readonly Mutation[] = [
  ...orderMutations,
  ...attemptMutations,
  ...runMutations,
  ...governanceMutations,
  ...languageMutations,
];

/** Those whose name, file or sentence contains one of the words; all of them without words. */
export function chooseMutations(words: readonly string[]): readonly Mutation[] {
  const isMeant = ({ name, file, goesWrong }: Mutation) =>
    words.some((word) => [name, file, goesWrong].some((text) => text.includes(word)));
  return words.length === 0 ? mutations : mutations.filter(isMeant);
}
