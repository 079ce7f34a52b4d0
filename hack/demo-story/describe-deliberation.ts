import type { RunnerResult } from '../../operator/src/api/runner-result.ts';

/** A deliberation as lines for people: what was proposed, how the others scored it, who won. */
export function describeDeliberation(deliberation: NonNullable<RunnerResult['deliberation']>): readonly string[] {
  const { ranking, scores, winner, agreement, dissent = [] } = deliberation;
  const proposals = ranking.flatMap(({ member, score, proposal }, index) => [
    `  ${index + 1}. ${member}, ${score.toFixed(2)} of 10`,
    ...factsOf(proposal).map((fact) => `     ${fact}`),
    `     scored by ${scoresOf(member, scores)}`,
  ]);
  const end = winner === undefined ? 'Nobody won.' : `${winner} won; ${Math.round(agreement * 100)} % had it first.`;
  return [...proposals, `  ${end}`, ...dissent.map((objection) => `  Objection kept: ${objection}`)];
}

/** An object by its fields, anything else as it is. */
function factsOf(proposal: unknown): readonly string[] {
  if (typeof proposal !== 'object' || proposal === null) return [String(proposal)];
  return Object.entries(proposal).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}

function scoresOf(member: string, scores: NonNullable<RunnerResult['deliberation']>['scores']): string {
  const given = scores.filter((score) => score.member === member);
  return given.length === 0 ? 'nobody' : given.map(({ by, score }) => `${by} ${score.toFixed(2)}`).join(', ');
}
