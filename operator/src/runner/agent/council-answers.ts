import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { CouncilWork } from '../../api/runner-work.ts';
import type { AliasedProposal } from '../../core/council/alias-proposals.ts';
import type { Score } from '../../core/council/deliberation.ts';
import { scoreByRubric } from '../../core/council/rank-by-scores.ts';

/** A few sentences: grammars of model servers grow with the length. */
const comment = { type: 'string', maxLength: 600 };

/** Why a proposal has its scores. No criterion of a rubric has a name with an underscore. */
const inWords = 'in_words';

/** Without a rubric a proposal is scored as a whole. */
const whole = [{ name: 'score', description: '', weight: 1 }];

const criteriaOf = (rubric: CouncilWork['rubric']) => (rubric.length === 0 ? whole : rubric);

/** What the scores of some proposals have to fit: a number for each criterion of each of them, and why. */
export function scoringSchema(proposals: readonly AliasedProposal[], rubric: CouncilWork['rubric']): JsonObject {
  const number = { type: 'number', minimum: 0, maximum: 10 };
  const criteria = criteriaOf(rubric).map(({ name }) => name);
  const properties = { [inWords]: comment, ...Object.fromEntries(criteria.map((name) => [name, number])) };
  const one = { type: 'object', properties, required: [inWords, ...criteria], additionalProperties: false };
  return objectOf(proposals.map(({ alias }) => [alias, one]));
}

/** What a ballot has to fit. That it ranks each proposal once is for `readBallot`: servers cannot hold models to it. */
export function ballotSchema(proposals: readonly AliasedProposal[]): JsonObject {
  const aliases = proposals.map(({ alias }) => alias);
  const ranking = { type: 'array', items: { enum: aliases }, minItems: 1, maxItems: aliases.length };
  return objectOf([
    ['comment', comment],
    ['ranking', ranking],
  ]);
}

const objectOf = (properties: readonly (readonly [string, JsonValue])[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(properties),
  required: properties.map(([name]) => name),
  additionalProperties: false,
});

/** A score and what was said with it. */
export interface Scored extends Score {
  readonly comment: string;
}

/** The scores of an answer that fits its schema, by the members whose proposals they are for. */
export function readScores(
  answer: JsonValue,
  { by, proposals, rubric }: { by: string; proposals: readonly AliasedProposal[]; rubric: CouncilWork['rubric'] },
): readonly Scored[] {
  const given = answer as Readonly<Record<string, { readonly [inWords]: string } & Readonly<Record<string, number>>>>;
  return proposals.flatMap(({ alias, member }) => {
    const { [inWords]: said = '', ...scores } = given[alias] ?? {};
    const score = scoreByRubric(scores, criteriaOf(rubric));
    return score === undefined || by === member ? [] : [{ by, member, score, comment: said }];
  });
}

/** The members in the order of a ballot; undefined when it ranks one twice. */
export function readBallot(answer: JsonValue, proposals: readonly AliasedProposal[]): readonly string[] | undefined {
  const { ranking } = answer as { readonly ranking: readonly string[] };
  if (new Set(ranking).size < ranking.length) return undefined;
  const members = new Map(proposals.map(({ alias, member }) => [alias, member]));
  return ranking.flatMap((alias) => members.get(alias) ?? []);
}
