import type { RunnerResult } from '../../api/runner-result.ts';

/** How a deliberation ended. */
export type Deliberation = NonNullable<RunnerResult['deliberation']>;

/** A score that somebody gave to the proposal of a member. */
export type Score = Deliberation['scores'][number];

/** A proposal and where it stands. */
export type Ranked = Deliberation['ranking'][number];

/** A ranked ballot: members by their proposals, the best first. What it leaves out stands below what it names. */
export interface Ballot {
  readonly by: string;
  readonly ranking: readonly string[];
}
