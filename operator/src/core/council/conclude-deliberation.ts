import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { RunnerResult } from '../../api/runner-result.ts';
import { type Choice, chooseWinner } from './choose-winner.ts';
import type { Deliberation } from './deliberation.ts';
import type { Judgements, Scored } from './judgements.ts';
import type { Proposal, Voter } from './proposal.ts';
import { type DeliberationRules, theJudge } from './rules.ts';

/** What the last round came to, and how it was judged. */
export interface Deliberated {
  readonly proposals: readonly Proposal[];
  /** Rounds that were held. */
  readonly rounds: number;
  readonly judged: Judgements;
}

/** Outputs of a deliberation, and what is kept of its course. */
export interface Conclusion {
  readonly outputs: JsonObject;
  readonly deliberation: Deliberation;
}

/** Chooses a winner, and says of it what is told wherever members have spoken. */
export function concludeDeliberation(rules: DeliberationRules, { proposals, rounds, judged }: Deliberated): Conclusion {
  const { strategy, members, quorum, minimumScore, seed } = rules;
  const judges = strategy === 'judge' ? [theJudge] : members;
  const choice = chooseWinner({ proposals, quorum, by: judged, judges: judges.map(asVoter), minimumScore });
  return {
    outputs: outputsOf(choice, proposals),
    deliberation: {
      ...choice,
      ranking: choice.ranking.map((ranked) => ({ ...ranked, proposal: contentOf(ranked.member, proposals) })),
      scores: 'scores' in judged ? judged.scores.map(({ by, member, score }) => ({ by, member, score })) : [],
      dissent: dissentOf(choice, judged),
      ...{ rounds, seed },
    },
  };
}

const asVoter = ({ name, weight }: Voter): Voter => ({ name, weight });

const contentOf = (member: string | undefined, proposals: readonly Proposal[]): JsonValue =>
  proposals.find((proposal) => proposal.member === member)?.content ?? null;

function outputsOf({ winner, reason, agreement, ranking }: Choice, proposals: readonly Proposal[]): JsonObject {
  const told = ranking.map(({ member, score, proposalDigest }) => ({ member, score, proposalDigest }));
  return { winner: winner ?? null, proposal: contentOf(winner, proposals), reason, agreement, ranking: told };
}

const mostDissent = 16;

/** What was said of the winner by those whose first choice it was not. */
function dissentOf({ winner }: Choice, judged: Judgements): string[] {
  if (winner === undefined) return [];
  const said =
    'ballots' in judged
      ? judged.ballots.filter(({ by, ranking }) => by !== winner && ranking.find((member) => member !== by) !== winner)
      : judged.scores.filter((score) => score.member === winner && isBelowBest(score, judged.scores));
  return said.flatMap(({ by, comment }) => (comment === '' ? [] : [`${by}: ${comment}`])).slice(0, mostDissent);
}

const isBelowBest = ({ by, score }: Scored, scores: readonly Scored[]) =>
  scores.some((other) => other.by === by && other.score > score);

/** Why a deliberation came to nothing. */
export type DeliberationFailure = NonNullable<RunnerResult['error']>;

/** Why somebody gave no answer. */
export type SpeakerFailure = DeliberationFailure & { readonly speaker: string };

/** One reason for all: a new attempt may help when it may help one of them. */
export function nobodyProposed(failures: readonly SpeakerFailure[]): DeliberationFailure {
  const told = failures.map(({ speaker, reason, message }) => `${speaker}: ${reason}: ${message}`.slice(0, 200));
  return {
    reason: 'NobodyProposed',
    message: `No member has made a proposal. ${told.join(' ')}`.slice(0, 2000),
    retryable: failures.some(({ retryable }) => retryable),
  };
}
