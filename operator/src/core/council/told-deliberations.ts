import type { CouncilStatus } from '../../api/council.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { defined } from '../defined.ts';

/** A deliberation that came to its end, as the WorkItem tells it. */
export interface ToldDeliberation {
  readonly workItemUid: string;
  /** Path of the step. */
  readonly step: string;
  readonly attempt: number;
  /** When it was recorded; RFC 3339, in UTC. */
  readonly at: string;
}

/** One that is to be counted, and where its whole result is. */
export interface UncountedDeliberation extends ToldDeliberation {
  readonly resultDigest?: string;
}

/** The Councils whose deliberations a WorkItem tells of. */
export function councilsToldOf({ status }: WorkItem): string[] {
  const told = (status?.transitions ?? []).flatMap(({ council }) => council ?? []);
  return [...new Set(told)];
}

/** What WorkItems tell of a Council and its statistics do not have yet, the oldest first. */
export function uncountedDeliberations(
  name: string,
  { recent = [], countedUntil = '' }: CouncilStatus,
  workItems: readonly WorkItem[],
): (UncountedDeliberation & { readonly workItem: WorkItem })[] {
  const counted = new Set(recent.map(keyOf));
  return workItems
    .flatMap((workItem) => deliberationsOf(name, workItem).map((told) => ({ ...told, workItem })))
    .filter((told) => told.at > countedUntil && !counted.has(keyOf(told)))
    .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

function deliberationsOf(name: string, { metadata: { uid = '' }, status }: WorkItem): UncountedDeliberation[] {
  return (status?.transitions ?? []).flatMap(({ event, council, subject = '', attempt = 1, at, resultDigest }) =>
    event === 'deliberation.completed' && council === name
      ? [{ workItemUid: uid, step: subject, attempt, at, ...defined({ resultDigest }) }]
      : [],
  );
}

const keyOf = ({ workItemUid, step, attempt }: Omit<ToldDeliberation, 'at'>) => `${workItemUid} ${attempt} ${step}`;
