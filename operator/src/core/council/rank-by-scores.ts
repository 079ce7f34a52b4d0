import type { Ranked, Score } from './deliberation.ts';
import { compareProposals, type Proposal, type Voter } from './proposal.ts';

/** One criterion of a rubric. */
export interface Criterion {
  readonly name: string;
  readonly weight: number;
}

/**
 * The one score that scores by criterion come to: their mean by the weights of the criteria, from 0 to 10, in hundredths.
 * Criteria that were not scored do not count. Undefined when none was.
 */
export function scoreByRubric(
  scores: Readonly<Record<string, number>>,
  rubric: readonly Criterion[],
): number | undefined {
  const scored = rubric.filter(({ name }) => Object.hasOwn(scores, name));
  const weights = scored.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return undefined;
  const sum = scored.reduce((total, { name, weight }) => total + hundredths(scores[name] ?? 0) * weight, 0);
  return Math.round(sum / weights) / 100;
}

/**
 * Proposals by the mean of their scores, weighted by who gave them, the best first. Nobody scores itself: such scores do
 * not count, and neither do those of strangers. What nobody has scored stands last, with 0.
 *
 * NOTE: scores are counted in whole hundredths. The order in which they came would matter to sums of fractions.
 */
export function rankByScores(
  proposals: readonly Proposal[],
  scores: readonly Score[],
  judges: readonly Voter[],
): readonly Ranked[] {
  const weights = new Map(judges.map(({ name, weight }) => [name, weight]));
  return proposals
    .map((proposal) => ({ proposal, mean: meanOf(scoresOf(proposal, scores), weights) }))
    .toSorted((a, b) => (b.mean ?? -1) - (a.mean ?? -1) || compareProposals(a.proposal, b.proposal))
    .map(({ proposal: { member, digest }, mean }) => ({
      ...{ member, score: Math.round((mean ?? 0) * 100) / 10_000, proposalDigest: digest },
    }));
}

const scoresOf = ({ member }: Proposal, scores: readonly Score[]) =>
  scores.filter((score) => score.member === member && score.by !== member);

/** In hundredths. Equal means are equal numbers: a quotient of whole numbers is rounded once. */
function meanOf(scores: readonly Score[], weights: ReadonlyMap<string, number>): number | undefined {
  let [sum, total] = [0, 0];
  for (const { by, score } of scores) {
    const weight = weights.get(by) ?? 0;
    sum += hundredths(score) * weight;
    total += weight;
  }
  return total === 0 ? undefined : sum / total;
}

const hundredths = (score: number) => Math.round(Math.min(10, Math.max(0, score)) * 100);
