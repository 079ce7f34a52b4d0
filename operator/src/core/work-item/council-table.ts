import type { JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import type { Usage } from '../../api/usage.ts';
import type { Judgements } from '../council/judgements.ts';
import { makeProposal, type Proposal } from '../council/proposal.ts';
import type { Run } from './run.ts';

/** What lies on the table of a deliberation after some of its stages. */
export interface CouncilTable {
  /** Rounds of proposals that were held. */
  readonly rounds: number;
  readonly proposals: readonly Proposal[];
  readonly judged?: Judgements;
  /** What all attempts so far used. */
  readonly usage: Usage;
  readonly attempts: readonly SpokenAttempt[];
}

/** An attempt that somebody spoke in, and where its whole result is. */
export interface SpokenAttempt {
  readonly path: string;
  readonly number: number;
  readonly resultDigest?: string;
}

const emptyTable: CouncilTable = { rounds: 0, proposals: [], usage: {}, attempts: [] };

/** As it is stored: the digests of proposals follow from what they say. */
type StoredTable = Omit<CouncilTable, 'proposals'> & {
  readonly proposals: readonly Pick<Proposal, 'member' | 'content'>[];
};

/**
 * Stores what came of a stage, as one document: whatever becomes of the ballots that it was made of, all that follows is made of
 * the same. Gives its digest.
 */
export function storeTable(run: Run, { proposals, ...table }: CouncilTable): string {
  const stored: StoredTable = {
    ...table,
    proposals: proposals.map(({ member, content }) => ({ member, content })),
  };
  return run.storeArtifact(stored as unknown as JsonValue);
}

/** What came of the stages that are over; `unread` while it has to be read first. */
export function tableOf(run: Run, { iterations }: Pick<StepStatus, 'iterations'>): CouncilTable | 'unread' {
  if (iterations?.resultsRef === undefined) return emptyTable;
  const stored = run.artifact(iterations.resultsRef) as unknown as StoredTable | undefined;
  if (stored === undefined) return 'unread';
  const table = tables.get(stored) ?? {
    ...stored,
    proposals: stored.proposals.map(({ member, content }) => makeProposal(member, content)),
  };
  tables.set(stored, table);
  return table;
}

/** Everybody at the table asks for it, and digests cost time. */
const tables = new WeakMap<StoredTable, CouncilTable>();
