import type { Proposal } from './proposal.ts';

/** Whether so large a share of the proposals is the same that further rounds would change nothing. */
export function agreeEarly(proposals: readonly Proposal[], agreement: number | undefined): boolean {
  if (agreement === undefined || proposals.length === 0) return false;
  const counts = Map.groupBy(proposals, ({ digest }) => digest);
  const most = Math.max(...Array.from(counts.values(), (same) => same.length));
  return most / proposals.length >= agreement;
}
