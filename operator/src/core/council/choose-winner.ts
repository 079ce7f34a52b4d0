import type { Ballot, Ranked, Score } from './deliberation.ts';
import type { Proposal, Voter } from './proposal.ts';
import { rankByBallots } from './rank-by-ballots.ts';
import { rankByScores } from './rank-by-scores.ts';

/** How a deliberation was decided, in a word. */
export const deliberationReasons = {
  highestScore: 'HighestScore',
  tieByDigest: 'TieBrokenByDigest',
  condorcet: 'CondorcetWinner',
  schulze: 'SchulzeWinner',
  noProposals: 'NoProposals',
  noQuorum: 'NoQuorum',
  notJudged: 'NotJudged',
  belowMinimumScore: 'BelowMinimumScore',
} as const;

/** What was proposed in the last round, and by what it is judged. */
export interface Judgement {
  readonly proposals: readonly Proposal[];
  /** Proposals that there must be for a winner. */
  readonly quorum: number;
  /** Scores, or ranked ballots; and who may give them, with what weight. */
  readonly by: { readonly scores: readonly Score[] } | { readonly ballots: readonly Ballot[] };
  readonly judges: readonly Voter[];
  /** Mean score that a winner must have. Ballots give none. */
  readonly minimumScore?: number | undefined;
}

/** Who won, if anybody did, and why. */
export interface Choice {
  readonly winner?: string;
  readonly reason: string;
  readonly ranking: readonly Ranked[];
  /** Share of those who judged, the winner aside, whose first choice the winner was; 0 without a winner. */
  readonly agreement: number;
}

/** Chooses the winner of a deliberation. The same judgements choose the same, in whatever order they came. */
export function chooseWinner(judgement: Judgement): Choice {
  const { proposals, quorum } = judgement;
  const { ranking, reason } = rank(judgement);
  if (proposals.length === 0) return withoutWinner(deliberationReasons.noProposals, []);
  if (proposals.length < quorum) return withoutWinner(deliberationReasons.noQuorum, ranking);
  const [first] = ranking;
  if (first === undefined || !isJudged(judgement)) return withoutWinner(deliberationReasons.notJudged, ranking);
  if (isBelowMinimum(first, judgement)) return withoutWinner(deliberationReasons.belowMinimumScore, ranking);
  return { winner: first.member, reason, ranking, agreement: agreementOn(first.member, judgement) };
}

const withoutWinner = (reason: string, ranking: readonly Ranked[]): Choice => ({ reason, ranking, agreement: 0 });

function rank({ proposals, by, judges }: Judgement): { readonly ranking: readonly Ranked[]; readonly reason: string } {
  if ('ballots' in by) {
    const { ranking, hasCondorcetWinner } = rankByBallots(proposals, by.ballots, judges);
    return { ranking, reason: hasCondorcetWinner ? deliberationReasons.condorcet : deliberationReasons.schulze };
  }
  const ranking = rankByScores(proposals, by.scores, judges);
  const isTie = ranking.length > 1 && ranking[0]?.score === ranking[1]?.score;
  return { ranking, reason: isTie ? deliberationReasons.tieByDigest : deliberationReasons.highestScore };
}

function isBelowMinimum({ score }: Ranked, { by, minimumScore }: Judgement): boolean {
  return minimumScore !== undefined && 'scores' in by && score < minimumScore;
}

/** Whether anybody who may has judged the proposal of another. */
const isJudged = (judgement: Judgement) => firstChoices(judgement).length > 0;

function agreementOn(winner: string, judgement: Judgement): number {
  const others = firstChoices(judgement).filter(({ by }) => by !== winner);
  if (others.length === 0) return 0;
  return others.filter(({ choices }) => choices.has(winner)).length / others.length;
}

interface FirstChoice {
  readonly by: string;
  /** More than one where some are scored the same. */
  readonly choices: ReadonlySet<string>;
}

function firstChoices({ proposals, by, judges }: Judgement): readonly FirstChoice[] {
  const proposed = new Set(proposals.map(({ member }) => member));
  return judges.flatMap(({ name }) => {
    const others = 'scores' in by ? bestScored(name, by.scores, proposed) : firstRanked(name, by.ballots, proposed);
    return others.size === 0 ? [] : [{ by: name, choices: others }];
  });
}

function bestScored(judge: string, scores: readonly Score[], proposed: ReadonlySet<string>): ReadonlySet<string> {
  const given = scores.filter(({ by, member }) => by === judge && member !== judge && proposed.has(member));
  const best = Math.max(...given.map(({ score }) => score));
  return new Set(given.filter(({ score }) => score === best).map(({ member }) => member));
}

function firstRanked(judge: string, ballots: readonly Ballot[], proposed: ReadonlySet<string>): ReadonlySet<string> {
  const ballot = ballots.find(({ by }) => by === judge);
  const first = ballot?.ranking.find((member) => member !== judge && proposed.has(member));
  return new Set(first === undefined ? [] : [first]);
}
