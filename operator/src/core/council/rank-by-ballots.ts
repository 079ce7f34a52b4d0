import type { Ballot, Ranked } from './deliberation.ts';
import { compareProposals, type Proposal, type Voter } from './proposal.ts';

/** Proposals in the order that the ballots come to; `score` is the rank, from 1. */
export interface BallotRanking {
  readonly ranking: readonly Ranked[];
  /** Whether the first beats every other when only the two are compared. */
  readonly hasCondorcetWinner: boolean;
}

/** How many, by weight, prefer the proposal of the row to that of the column. */
type Preferences = readonly (readonly number[])[];

/**
 * Proposals by ranked ballots, after Schulze: one that beats every other in pairs is first, and where they beat each other
 * in a circle the strongest path decides (M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and
 * Condorcet-consistent single-winner election method", 2011; by winning votes). Nobody ranks itself: where a ballot puts its
 * own proposal does not count.
 */
export function rankByBallots(
  proposals: readonly Proposal[],
  ballots: readonly Ballot[],
  voters: readonly Voter[],
): BallotRanking {
  const candidates = proposals.toSorted(compareProposals);
  const preferences = countPreferences(candidates, ballots, voters);
  const paths = strongestPaths(preferences);
  const order = orderBy(paths);
  const [first = 0, ...others] = order;
  return {
    ranking: order.flatMap((index, rank) => {
      const candidate = candidates[index];
      return candidate === undefined
        ? []
        : [{ member: candidate.member, score: rank + 1, proposalDigest: candidate.digest }];
    }),
    hasCondorcetWinner: others.every((other) => at(preferences, first, other) > at(preferences, other, first)),
  };
}

function countPreferences(
  candidates: readonly Proposal[],
  ballots: readonly Ballot[],
  voters: readonly Voter[],
): Preferences {
  const weights = new Map(voters.map(({ name, weight }) => [name, weight]));
  return candidates.map((one) =>
    candidates.map((other) =>
      ballots
        .filter((ballot) => prefers(ballot, one.member, other.member))
        .reduce((sum, { by }) => sum + (weights.get(by) ?? 0), 0),
    ),
  );
}

/** Whether a ballot puts one above another, neither of them its own. */
function prefers({ by, ranking }: Ballot, one: string, other: string): boolean {
  if (one === by || other === by) return false;
  const [place, otherPlace] = [ranking.indexOf(one), ranking.indexOf(other)];
  return place !== -1 && (otherPlace === -1 || place < otherPlace);
}

/** A path is as strong as its weakest link; the strongest between any two, by Floyd and Warshall. */
function strongestPaths(preferences: Preferences): Preferences {
  const paths = preferences.map((row, i) =>
    row.map((strength, j) => (strength > at(preferences, j, i) ? strength : 0)),
  );
  for (const via of paths.keys())
    for (const from of paths.keys())
      for (const to of paths.keys()) {
        const row = paths[from];
        if (row !== undefined && from !== to)
          row[to] = Math.max(at(paths, from, to), Math.min(at(paths, from, via), at(paths, via, to)));
      }
  return paths;
}

/**
 * Again and again one that none of those that are left beats; there is one, because beating is transitive. Of several it is
 * the one that beats the most: what nobody has ranked must not come before what many have.
 */
function orderBy(paths: Preferences): readonly number[] {
  const beats = (one: number, other: number) => at(paths, one, other) > at(paths, other, one);
  const all = [...paths.keys()];
  const wins = (one: number) => all.filter((other) => beats(one, other)).length;
  const order: number[] = [];
  for (let left = all; left.length > 0; left = all.filter((index) => !order.includes(index))) {
    const unbeaten = left.filter((one) => !left.some((other) => beats(other, one)));
    const [next] = unbeaten.toSorted((one, other) => wins(other) - wins(one) || one - other);
    if (next === undefined) throw new Error('beating by strongest paths goes round in a circle');
    order.push(next);
  }
  return order;
}

const at = (matrix: Preferences, row: number, column: number): number => matrix[row]?.[column] ?? 0;
