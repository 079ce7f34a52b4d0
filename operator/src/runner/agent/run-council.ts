import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { CouncilWork } from '../../api/runner-work.ts';
import { agreeEarly } from '../../core/council/agree-early.ts';
import { aliasProposals, type AliasedProposal } from '../../core/council/alias-proposals.ts';
import { type Choice, chooseWinner } from '../../core/council/choose-winner.ts';
import type { Ballot, Deliberation } from '../../core/council/deliberation.ts';
import { makeProposal, type Proposal, type Voter } from '../../core/council/proposal.ts';
import type { Failure, Verdict } from '../verdict.ts';
import { ballotForm, readBallot, readScores, type Scored, scoringForm } from './council-answers.ts';
import { CouncilSpeakers, type Speaker, type SpeakerFailure } from './council-speakers.ts';
import type { Judged } from './judge-answer.ts';
import { proposingTask, scoringTask, votingTask } from './prompts/render-deliberation.ts';
import type { WorkParts } from './work-parts.ts';

/** A verdict, and how the deliberation ended where there was one. */
export type CouncilVerdict = Verdict & { readonly deliberation?: Deliberation };

/** What the last round came to. */
interface Proposed {
  readonly proposals: readonly Proposal[];
  readonly rounds: number;
}

/** What was judged, and in which words. */
type Judgements = { readonly scores: readonly Scored[] } | { readonly ballots: readonly (Ballot & Said)[] };
interface Said {
  readonly comment: string;
}

/**
 * Lets members propose, in rounds, and chooses one of the proposals. Whoever fails leaves the others; the same answers choose
 * the same winner.
 */
export async function runCouncil(work: CouncilWork, parts: WorkParts): Promise<CouncilVerdict> {
  const speakers = new CouncilSpeakers(work, parts);
  const proposed = await propose(work, speakers);
  if (proposed.proposals.length === 0) return { outcome: 'failed', error: nobodyProposed(speakers.failures) };
  const { proposals, rounds } = proposed;
  const judged = proposals.length < work.quorum ? { scores: [] } : await judge(work, speakers, proposed);
  const judges = work.strategy === 'judge' ? [theJudge] : work.members;
  const { quorum, minimumScore } = work;
  const choice = chooseWinner({ proposals, quorum, by: judged, judges: judges.map(asVoter), minimumScore });
  return {
    outcome: 'succeeded',
    outputs: outputsOf(choice, proposals),
    deliberation: {
      ...choice,
      ranking: choice.ranking.map((ranked) => ({ ...ranked, proposal: contentOf(ranked.member, proposals) })),
      scores: 'scores' in judged ? judged.scores.map(({ by, member, score }) => ({ by, member, score })) : [],
      dissent: dissentOf(choice, judged),
      ...{ rounds, seed: work.seed },
    },
  };
}

const asVoter = ({ name, weight }: Voter): Voter => ({ name, weight });

/** Under this name the judge scores: no member has a name like it. */
const theJudge: Voter = { name: 'judge', weight: 1 };

async function propose(work: CouncilWork, speakers: CouncilSpeakers): Promise<Proposed> {
  let proposals: readonly Proposal[] = [];
  let round = 1;
  for (; round <= work.rounds; round += 1) {
    proposals = await holdRound(work, speakers, { proposals, round });
    if (proposals.length === 0 || agreeEarly(proposals, work.earlyStopAgreement)) break;
  }
  return { proposals, rounds: Math.min(round, work.rounds) };
}

interface Round {
  readonly proposals: readonly Proposal[];
  readonly round: number;
}

/** All at the same time. Whoever has nothing new to say, or fails, stands by what it said before. */
async function holdRound(work: CouncilWork, speakers: CouncilSpeakers, before: Round): Promise<readonly Proposal[]> {
  const { seed, members, strategy } = work;
  const { round } = before;
  const table = {
    proposals: aliasProposals(before.proposals, { seed, round }),
    task: proposingTask({ round, strategy }),
  };
  const made = await Promise.all(
    members.map(async ({ name, role }) => {
      const { outputSchema: schema } = role;
      const answer = await speakers.ask({ name, role }, table, {
        ...{ schema, accepted: schema },
        read: (value) => ({ value }),
      });
      return answer === undefined ? undefined : makeProposal(name, answer.value);
    }),
  );
  return members.flatMap(
    ({ name }, index) => made[index] ?? before.proposals.find(({ member }) => member === name) ?? [],
  );
}

async function judge(
  work: CouncilWork,
  speakers: CouncilSpeakers,
  { proposals, rounds }: Proposed,
): Promise<Judgements> {
  const aliased = aliasProposals(proposals, { seed: work.seed, round: rounds + 1 });
  if (work.strategy === 'vote') return { ballots: await vote(work, speakers, aliased) };
  const all = work.strategy === 'judge' ? judgeOf(work) : work.members;
  const { rubric } = work;
  const form = scoringForm(aliased, rubric);
  const table = { proposals: aliased, task: scoringTask(rubric) };
  const given = await Promise.all(
    all.map(async ({ name, role }) => {
      const read = (answer: JsonValue) => ({ value: readScores(answer, { by: name, proposals: aliased, rubric }) });
      return (await speakers.ask({ name, role }, table, { ...form, read }))?.value ?? [];
    }),
  );
  return { scores: given.flat() };
}

const judgeOf = ({ judge: role }: CouncilWork): readonly Speaker[] =>
  role === undefined ? [] : [{ name: theJudge.name, role }];

async function vote(
  { members }: CouncilWork,
  speakers: CouncilSpeakers,
  proposals: readonly AliasedProposal[],
): Promise<readonly (Ballot & Said)[]> {
  const form = ballotForm(proposals);
  const read = (answer: JsonValue): Judged<Omit<Ballot & Said, 'by'>> => {
    const ballot = readBallot(answer, proposals);
    if (ballot !== undefined) return { value: ballot };
    return { failure: { reason: 'AnswerInvalid', message: 'The ballot ranks a proposal twice.', retryable: false } };
  };
  const given = await Promise.all(
    members.map(async ({ name, role }) => {
      const ballot = await speakers.ask({ name, role }, { proposals, task: votingTask }, { ...form, read });
      return ballot === undefined ? [] : [{ by: name, ...ballot.value }];
    }),
  );
  return given.flat();
}

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

/** One reason for all: a new attempt may help when it may help one of them. */
function nobodyProposed(failures: readonly SpeakerFailure[]): Failure {
  const told = failures.map(({ speaker, reason, message }) => `${speaker}: ${reason}: ${message}`.slice(0, 200));
  return {
    reason: 'NobodyProposed',
    message: `No member has made a proposal. ${told.join(' ')}`.slice(0, 2000),
    retryable: failures.some(({ retryable }) => retryable),
  };
}
