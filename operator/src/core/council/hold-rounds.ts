import { agreeEarly } from './agree-early.ts';
import type { Proposal } from './proposal.ts';
import type { DeliberationRules } from './rules.ts';

/** What members stand by after a round, in their order: whoever has said nothing new stands by what it said before. */
export function standingProposals(
  members: readonly { readonly name: string }[],
  made: readonly Proposal[],
  before: readonly Proposal[],
): readonly Proposal[] {
  const of = (name: string, proposals: readonly Proposal[]) => proposals.find(({ member }) => member === name);
  return members.flatMap(({ name }) => of(name, made) ?? of(name, before) ?? []);
}

/** Whether no round of proposals follows after so many. */
export function areRoundsOver(
  { proposals, rounds }: { readonly proposals: readonly Proposal[]; readonly rounds: number },
  rules: Pick<DeliberationRules, 'rounds' | 'earlyStopAgreement'>,
): boolean {
  return rounds >= rules.rounds || proposals.length === 0 || agreeEarly(proposals, rules.earlyStopAgreement);
}
