import type { Usage } from '../../api/usage.ts';
import { rulesOf } from '../agent/resolve-council.ts';
import { aliasProposals, type AliasedProposal } from '../council/alias-proposals.ts';
import { type CouncilSeat, tokensOfSeat } from '../council/seats.ts';
import { tableOf } from './council-table.ts';
import { pathOf, type Place } from './place.ts';
import type { Run } from './run.ts';
import { councilInPods, deliberationOf } from './stage-nodes.ts';
import type { SeatedStart } from './work-item-plan.ts';

/**
 * What one is told who takes part in a stage of a deliberation: what it is to do, and the proposals of the round before, without
 * their names and shuffled. `unread` while those have to be read first.
 */
export function takeSeat(run: Run, place: Place, seat: CouncilSeat): SeatedStart | 'unread' {
  const home = deliberationOf(run, place);
  const parts = home && councilInPods(run.observed.pinned, home.node);
  if (home === undefined || parts === undefined) throw new Error(`${pathOf(place)} is no part of a deliberation`);
  const deliberation = pathOf(home);
  const table = tableOf(run, run.record(deliberation) ?? {});
  if (table === 'unread') return table;
  const { seed } = rulesOf(parts.council, identityOf(run, deliberation));
  return {
    deliberation,
    stage: stageOf(seat, aliasProposals(table.proposals, { seed, round: table.rounds + 1 })),
    maxTokens: tokensOfSeat(parts.council, place.frame.index, tokensIn(table.usage)),
  };
}

function stageOf(
  { kind, round, speaker, isJudge }: CouncilSeat,
  proposals: readonly AliasedProposal[],
): SeatedStart['stage'] {
  return {
    ...{ kind, round },
    ...(isJudge ? {} : { member: speaker }),
    ...(proposals.length === 0 ? {} : { proposals: proposals.map(({ alias, content }) => ({ alias, content })) }),
  };
}

const tokensIn = ({ promptTokens = 0, completionTokens = 0 }: Usage) => promptTokens + completionTokens;

/** Which deliberation it is: what is shuffled is shuffled by it. */
export const identityOf = (run: Run, path: string): readonly string[] => [
  run.observed.workItem.metadata.uid ?? '',
  path,
];
