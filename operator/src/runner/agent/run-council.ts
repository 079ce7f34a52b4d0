import type { CouncilWork } from '../../api/runner-work.ts';
import { aliasProposals, type AliasedProposal } from '../../core/council/alias-proposals.ts';
import { concludeDeliberation, nobodyProposed } from '../../core/council/conclude-deliberation.ts';
import type { Ballot, Deliberation } from '../../core/council/deliberation.ts';
import { areRoundsOver, standingProposals } from '../../core/council/hold-rounds.ts';
import { countRanking, countScores, type Judgements, type Said } from '../../core/council/judgements.ts';
import { makeProposal, type Proposal } from '../../core/council/proposal.ts';
import { theJudge } from '../../core/council/rules.ts';
import type { Verdict } from '../verdict.ts';
import { proposing, scoring, voting } from './council-questions.ts';
import { CouncilSpeakers, type Speaker } from './council-speakers.ts';
import type { WorkParts } from './work-parts.ts';

/** A verdict, and how the deliberation ended where there was one. */
export type CouncilVerdict = Verdict & { readonly deliberation?: Deliberation };

/** What the last round came to. */
interface Proposed {
  readonly proposals: readonly Proposal[];
  readonly rounds: number;
}

/**
 * Lets members propose, in rounds, and chooses one of the proposals. Whoever fails leaves the others; the same answers choose
 * the same winner.
 */
export async function runCouncil(work: CouncilWork, parts: WorkParts): Promise<CouncilVerdict> {
  const speakers = new CouncilSpeakers(work, parts);
  const proposed = await propose(work, speakers);
  if (proposed.proposals.length === 0) return { outcome: 'failed', error: nobodyProposed(speakers.failures) };
  const judged = proposed.proposals.length < work.quorum ? { scores: [] } : await judge(work, speakers, proposed);
  return { outcome: 'succeeded', ...concludeDeliberation(work, { ...proposed, judged }) };
}

async function propose(work: CouncilWork, speakers: CouncilSpeakers): Promise<Proposed> {
  let proposed: Proposed = { proposals: [], rounds: 0 };
  do {
    proposed = { proposals: await holdRound(work, speakers, proposed), rounds: proposed.rounds + 1 };
  } while (!areRoundsOver(proposed, work));
  return proposed;
}

/** All at the same time. */
async function holdRound(work: CouncilWork, speakers: CouncilSpeakers, before: Proposed): Promise<readonly Proposal[]> {
  const { seed, members, strategy } = work;
  const round = before.rounds + 1;
  const proposals = aliasProposals(before.proposals, { seed, round });
  const made = await Promise.all(
    members.map(async ({ name, role }) => {
      const { table, wanted } = proposing(role, { proposals, round, strategy });
      const answer = await speakers.ask({ name, role }, table, wanted);
      return answer === undefined ? [] : makeProposal(name, answer.value);
    }),
  );
  return standingProposals(members, made.flat(), before.proposals);
}

async function judge(
  work: CouncilWork,
  speakers: CouncilSpeakers,
  { proposals, rounds }: Proposed,
): Promise<Judgements> {
  const aliased = aliasProposals(proposals, { seed: work.seed, round: rounds + 1 });
  if (work.strategy === 'vote') return { ballots: await vote(work, speakers, aliased) };
  const { table, wanted } = scoring({ proposals: aliased, rubric: work.rubric });
  const given = await Promise.all(
    (work.strategy === 'judge' ? judgeOf(work) : work.members).map(async ({ name, role }) => {
      const scores = await speakers.ask({ name, role }, table, wanted);
      return scores === undefined ? [] : countScores(name, scores.value, aliased);
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
  const { table, wanted } = voting({ proposals });
  const given = await Promise.all(
    members.map(async ({ name, role }) => {
      const ballot = await speakers.ask({ name, role }, table, wanted);
      return (ballot && countRanking(name, ballot.value, proposals)) ?? [];
    }),
  );
  return given.flat();
}
