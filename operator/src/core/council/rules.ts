import type { CouncilWork } from '../../api/runner-work.ts';
import type { Voter } from './proposal.ts';

/** What decides how a deliberation goes on and ends, whoever holds it. */
export type DeliberationRules = Pick<
  CouncilWork,
  'strategy' | 'rounds' | 'quorum' | 'minimumScore' | 'earlyStopAgreement' | 'seed'
> & { readonly members: readonly Voter[] };

/** Under this name the judge scores. Scores of it count as those of one more member would. */
export const theJudge: Voter = { name: 'judge', weight: 1 };
