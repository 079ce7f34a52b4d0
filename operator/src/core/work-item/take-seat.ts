import { aliasProposals } from '../council/alias-proposals.ts';
import { tokensOfSeat } from '../council/seats.ts';
import { rulesOf } from '../agent/resolve-council.ts';
import { tableOf } from './council-table.ts';
import { pathIn } from './frame.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';
import { councilInPods, deliberationOf } from './stage-nodes.ts';
import type { SeatedStart } from './work-item-plan.ts';

/**
 * What one is told who takes part in a stage of a deliberation: what it is to do, and the proposals of the round before, without
 * their names and shuffled. `unread` while those have to be read first.
 */
export function takeSeat(run: Run, place: Place): SeatedStart | 'unread' {
  const { node, frame } = place;
  const home = deliberationOf(run, place);
  const parts = home && councilInPods(run.observed.pinned, home.node);
  const deliberation = home && pathIn(home.frame, home.node);
  if (node.seat === undefined || parts === undefined || deliberation === undefined)
    throw new Error(`${pathIn(frame, node)} is no part of a deliberation`);
  const table = tableOf(run, run.record(deliberation) ?? {});
  if (table === 'unread') return table;
  const { seed } = rulesOf(parts.council, identityOf(run, deliberation));
  const aliased = aliasProposals(table.proposals, { seed, round: table.rounds + 1 });
  const { promptTokens = 0, completionTokens = 0 } = table.usage;
  const { kind, round, speaker, isJudge } = node.seat;
  return {
    deliberation,
    stage: {
      ...{ kind, round },
      ...(isJudge ? {} : { member: speaker }),
      ...(aliased.length === 0 ? {} : { proposals: aliased.map(({ alias, content }) => ({ alias, content })) }),
    },
    maxTokens: tokensOfSeat(parts.council, frame.index, promptTokens + completionTokens),
  };
}

/** Which deliberation it is: what is shuffled is shuffled by it. */
export const identityOf = (run: Run, path: string): readonly string[] => [
  run.observed.workItem.metadata.uid ?? '',
  path,
];
