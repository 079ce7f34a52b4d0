import type { AliasedProposal } from './alias-proposals.ts';
import type { Ballot, Score } from './deliberation.ts';

/** What was said with a score or a ballot. */
export interface Said {
  readonly comment: string;
}

/** A score and what was said with it. */
export type Scored = Score & Said;

/** A score as it is given: to a proposal whose author nobody knows. */
export interface GivenScore {
  readonly alias: string;
  readonly score: number;
  readonly comment?: string | undefined;
}

/** A ranked ballot as it is given. */
export interface GivenRanking {
  readonly ranking: readonly string[];
  readonly comment?: string | undefined;
}

/** What was judged, and in which words. */
export type Judgements = { readonly scores: readonly Scored[] } | { readonly ballots: readonly (Ballot & Said)[] };

type Authorship = Pick<AliasedProposal, 'alias' | 'member'>;

/** Characters that are kept of a comment: a few sentences. */
export const commentLength = 600;

/** Characters of JSON that a member may say in a pod of its own: all that is said goes to all, in their tasks. */
export const longestBallot = 32_768;

export const cutComment = (comment = '') => Array.from(comment).slice(0, commentLength).join('');

/**
 * The scores that somebody gave, by the members whose proposals they are for. What is for no proposal, for its own, or for one
 * that it has scored before, counts for nothing.
 */
export function countScores(
  by: string,
  given: readonly GivenScore[],
  proposals: readonly Authorship[],
): readonly Scored[] {
  const first = new Map(given.toReversed().map((score) => [score.alias, score]));
  return proposals.flatMap(({ alias, member }) => {
    const found = first.get(alias);
    if (found === undefined || member === by) return [];
    return [{ by, member, score: found.score, comment: cutComment(found.comment) }];
  });
}

/** A ballot by the members whose proposals it ranks; undefined when it ranks one twice: then it counts for nothing. */
export function countRanking(
  by: string,
  { ranking, comment }: GivenRanking,
  proposals: readonly Authorship[],
): (Ballot & Said) | undefined {
  if (new Set(ranking).size < ranking.length) return undefined;
  const members = new Map(proposals.map(({ alias, member }) => [alias, member]));
  return { by, ranking: ranking.flatMap((alias) => members.get(alias) ?? []), comment: cutComment(comment) };
}
