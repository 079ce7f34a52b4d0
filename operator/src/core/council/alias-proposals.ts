import { digestOf } from '../digest.ts';
import type { Proposal } from './proposal.ts';

/** A proposal under a name that hides whose it is. */
export interface AliasedProposal extends Proposal {
  readonly alias: string;
}

/** What the shuffling depends on. */
export interface Shuffle {
  readonly seed: number;
  readonly round: number;
}

/**
 * Proposals in an order that a seed decides, anew each round, and that says nothing about who made them. It is the same
 * for all readers, so that their prompts share it; and the same in whatever order the proposals came.
 */
export function aliasProposals(proposals: readonly Proposal[], { seed, round }: Shuffle): readonly AliasedProposal[] {
  const keyed = proposals.map((proposal) => ({ proposal, key: digestOf([seed, round, proposal.member]) }));
  return keyed
    .toSorted((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ proposal }, index) => ({ ...proposal, alias: `proposal-${index + 1}` }));
}
