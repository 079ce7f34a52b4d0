import type { StepStatus } from '../../api/step-status.ts';
import { rulesOf } from '../agent/resolve-council.ts';
import { aliasProposals, type AliasedProposal } from '../council/alias-proposals.ts';
import { nobodyProposed, type SpeakerFailure } from '../council/conclude-deliberation.ts';
import { areRoundsOver, standingProposals } from '../council/hold-rounds.ts';
import { countRanking, countScores, type Judgements } from '../council/judgements.ts';
import { makeProposal } from '../council/proposal.ts';
import type { DeliberationRules } from '../council/rules.ts';
import { defined } from '../defined.ts';
import { addUsage } from '../estimate/usage-sum.ts';
import { type CouncilTable, type SpokenAttempt, storeTable, tableOf } from './council-table.ts';
import { fail } from './finish-step.ts';
import { type Frame, pathIn } from './frame.ts';
import { foldRecords } from './loop-results.ts';
import { pathOf, type Place } from './place.ts';
import { formatRanges, parseRanges } from './ranges.ts';
import { proposalIn, rankingIn, readBallots, type SaidInStage, scoresIn } from './read-ballots.ts';
import type { Run } from './run.ts';
import type { CouncilInPods } from './stage-nodes.ts';
import { identityOf } from './take-seat.ts';

/** A stage in which nobody speaks any more. */
interface SpokenStage {
  readonly record: StepStatus;
  readonly parts: CouncilInPods;
  readonly frame: Frame;
}

/** Hears what was said in a stage, takes its records out of status, and decides which stages follow. */
export function endStage(run: Run, place: Place, { record, parts, frame }: SpokenStage): void {
  const before = tableOf(run, record);
  const said = readBallots(run, frame);
  if (before === 'unread' || said === 'unread') return;
  const rules = rulesOf(parts.council, identityOf(run, pathOf(place)));
  const spoken = recordsOf(run, frame);
  const table: CouncilTable = {
    ...before,
    ...(frame.index < rules.rounds ? propose(rules, said, before) : { judged: judge(rules, said, before) }),
    usage: spoken.flatMap(({ attempts = [] }) => attempts.map(({ used = {} }) => used)).reduce(addUsage, before.usage),
    attempts: [...before.attempts, ...spoken.flatMap(attemptsOf)],
  };
  // Once it is folded, nobody knows any more why they failed.
  const failures = table.proposals.length > 0 ? [] : spoken.map(failureOf);
  const folded = fold(run, record, { table, stage: frame.index, leftOut: stagesLeftOut(rules, table, frame.index) });
  if (table.proposals.length === 0) fail(run, place, folded, nobodyProposed(failures));
}

const recordsOf = (run: Run, frame: Frame): readonly StepStatus[] =>
  (frame.loop?.children ?? []).flatMap((node) => run.record(pathIn(frame, node)) ?? []);

/** A round of proposals. */
function propose(
  { members }: DeliberationRules,
  said: SaidInStage,
  before: CouncilTable,
): Pick<CouncilTable, 'proposals' | 'rounds'> {
  const made = [...said].flatMap(([member, content]) => {
    const proposal = proposalIn(content);
    return proposal === undefined ? [] : [makeProposal(member, proposal)];
  });
  return { proposals: standingProposals(members, made, before.proposals), rounds: before.rounds + 1 };
}

/** The last stage: who has judged, and how. */
function judge(
  { strategy, seed }: DeliberationRules,
  said: SaidInStage,
  { proposals, rounds }: CouncilTable,
): Judgements {
  const aliased: readonly AliasedProposal[] = aliasProposals(proposals, { seed, round: rounds + 1 });
  if (strategy !== 'vote')
    return { scores: [...said].flatMap(([by, content]) => countScores(by, scoresIn(content), aliased)) };
  return {
    ballots: [...said].flatMap(([by, content]) => {
      const given = rankingIn(content);
      return (given && countRanking(by, given, aliased)) ?? [];
    }),
  };
}

const attemptsOf = ({ path, attempts = [] }: StepStatus): SpokenAttempt[] =>
  attempts.flatMap(({ number, resultDigest }) => (resultDigest === undefined ? [] : [{ path, number, resultDigest }]));

function failureOf({ path, reason = '', message = '', attempts }: StepStatus): SpeakerFailure {
  const last = attempts?.at(-1);
  return {
    ...{ speaker: path.slice(path.lastIndexOf('.') + 1), retryable: false },
    ...{ reason: last?.reason ?? reason, message: last?.message ?? message },
  };
}

/** Rounds are left out once members agree, and the judging when too few have proposed. */
function stagesLeftOut(rules: DeliberationRules, table: CouncilTable, stage: number): number[] {
  if (stage >= rules.rounds || !areRoundsOver(table, rules)) return [];
  const rounds = Array.from({ length: rules.rounds - stage - 1 }, (_, index) => stage + 1 + index);
  return table.proposals.length < rules.quorum ? [...rounds, rules.rounds] : rounds;
}

interface FoldedStage {
  readonly table: CouncilTable;
  readonly stage: number;
  readonly leftOut: readonly number[];
}

function fold(run: Run, record: StepStatus, { table, stage, leftOut }: FoldedStage): StepStatus {
  const { iterations = { count: 0 } } = record;
  const rangeWith = (range: string | undefined, stages: readonly number[]) =>
    formatRanges([...parseRanges(range), ...stages]);
  const folded: StepStatus = {
    ...record,
    iterations: {
      ...iterations,
      ...defined({
        succeeded: rangeWith(iterations.succeeded, [stage]),
        skipped: rangeWith(iterations.skipped, leftOut),
      }),
      resultsRef: storeTable(run, table),
      ...foldRecords(run, record, [{ index: stage }]),
    },
  };
  run.setRecord(folded);
  return folded;
}
