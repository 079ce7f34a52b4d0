import type { CouncilStatus } from '../../api/council.ts';
import type { RunnerResult } from '../../api/runner-result.ts';
import { defined } from '../defined.ts';
import { addCounts, addUsage } from '../estimate/usage-sum.ts';
import type { Deliberation } from './deliberation.ts';
import type { ToldDeliberation } from './told-deliberations.ts';

/** A deliberation and its whole result; none where that is lost, so that it cannot be counted. */
export interface EndedDeliberation extends ToldDeliberation {
  readonly result: Pick<RunnerResult, 'deliberation' | 'usage'> | undefined;
}

type Recent = NonNullable<CouncilStatus['recent']>[number];
type MemberStatistics = NonNullable<CouncilStatus['members']>[number];

/** Deliberations that a status names, so that none is counted twice. */
const mostRecent = 64;
/** Members that a status holds. */
const mostMembers = 16;

/** The statistics with more deliberations in them, in the order in which they are given. */
export function countDeliberations(status: CouncilStatus, ended: readonly EndedDeliberation[]): CouncilStatus {
  return ended.reduce(countOne, status);
}

function countOne(status: CouncilStatus, { result, ...told }: EndedDeliberation): CouncilStatus {
  const { deliberation, usage = {} } = result ?? {};
  const remembered = remember(status, { ...told, ...defined({ winner: deliberation?.winner }) });
  if (deliberation === undefined) return remembered;
  const { costUnits } = addUsage(defined({ costUnits: status.costUnits }), defined({ costUnits: usage.costUnits }));
  return {
    ...remembered,
    deliberations: sum(status.deliberations, 1),
    withoutWinner: sum(status.withoutWinner, deliberation.winner === undefined ? 1 : 0),
    ...agreementAfter(status, deliberation),
    members: membersAfter(status.members ?? [], deliberation),
    totalTokens: sum(status.totalTokens, sum(usage.promptTokens, usage.completionTokens)),
    ...defined({ costUnits }),
    lastDeliberationTime: latest(status.lastDeliberationTime, told.at),
  };
}

const sum = (one: number | undefined, other: number | undefined) => addCounts(one ?? 0, other ?? 0);

/** Only those with a winner have something that members can agree on. */
function agreementAfter(status: CouncilStatus, { winner, agreement }: Deliberation): Pick<CouncilStatus, 'agreement'> {
  if (winner === undefined) return defined({ agreement: status.agreement });
  const before = (status.deliberations ?? 0) - (status.withoutWinner ?? 0);
  return { agreement: meanWith(status.agreement ?? 0, before, agreement) };
}

function membersAfter(before: readonly MemberStatistics[], deliberation: Deliberation): MemberStatistics[] {
  const { ranking, winner, scores } = deliberation;
  const present = ranking.map(({ member, score }): MemberStatistics => {
    const { wins, proposals, meanScore } = before.find(({ name }) => name === member) ?? { wins: 0, proposals: 0 };
    // Ballots give ranks: a mean of ranks and scores says nothing.
    const mean =
      scores.length === 0 ? meanScore : meanWith(meanScore ?? 0, meanScore === undefined ? 0 : proposals, score);
    return {
      ...{ name: member, wins: addCounts(wins, member === winner ? 1 : 0), proposals: addCounts(proposals, 1) },
      ...defined({ meanScore: mean }),
    };
  });
  const absent = before.filter(({ name }) => !present.some((each) => each.name === name));
  // Whoever is no member any more makes room first.
  return [...present, ...absent].slice(0, mostMembers).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A mean with one value more, to a ten-thousandth. */
const meanWith = (mean: number, count: number, value: number) =>
  Math.round(((mean * count + value) / (count + 1)) * 10_000) / 10_000;

/** What falls out of the last ones is known to be counted by its time. */
function remember(status: CouncilStatus, entry: Recent): CouncilStatus {
  const recent = [...(status.recent ?? []), entry];
  const forgotten = recent.slice(0, -mostRecent);
  const countedUntil = forgotten.reduce<string | undefined>((until, { at }) => latest(until, at), status.countedUntil);
  return { ...status, recent: recent.slice(-mostRecent), ...defined({ countedUntil }) };
}

const latest = (one: string | undefined, other: string) => (one === undefined || one < other ? other : one);
