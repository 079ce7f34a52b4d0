import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { CouncilWork } from '../../api/runner-work.ts';
import type { AliasedProposal } from '../../core/council/alias-proposals.ts';
import type { Score } from '../../core/council/deliberation.ts';
import { scoreByRubric } from '../../core/council/rank-by-scores.ts';

/** Characters of a comment: a few sentences, since grammars of model servers grow with the length. */
const commentLength = 600;

/**
 * What an answer is asked to fit, and what it has to. Comments may be longer than asked for: where a model writes broken
 * characters, servers count them before they are mended, and a score counts for more than the words that came with it.
 */
export interface AnswerForm {
  readonly schema: JsonObject;
  readonly accepted: JsonObject;
}

const formOf = (schemaWith: (comment: JsonObject) => JsonObject): AnswerForm => ({
  schema: schemaWith({ type: 'string', maxLength: commentLength }),
  accepted: schemaWith({ type: 'string' }),
});

/** What is kept of a comment. */
const cutComment = (comment: string) => Array.from(comment).slice(0, commentLength).join('');

/** Why a proposal has its scores. No criterion of a rubric has a name with an underscore. */
const inWords = 'in_words';

/** Without a rubric a proposal is scored as a whole. */
const whole = [{ name: 'score', description: '', weight: 1 }];

const criteriaOf = (rubric: CouncilWork['rubric']) => (rubric.length === 0 ? whole : rubric);

/** The scores of some proposals: a number for each criterion of each of them, and why. */
export function scoringForm(proposals: readonly AliasedProposal[], rubric: CouncilWork['rubric']): AnswerForm {
  const number = { type: 'number', minimum: 0, maximum: 10 };
  const criteria = criteriaOf(rubric).map(({ name }): [string, JsonObject] => [name, number]);
  return formOf((comment) => {
    const one = objectOf([[inWords, comment], ...criteria]);
    return objectOf(proposals.map(({ alias }) => [alias, one]));
  });
}

/** A ballot. That it ranks each proposal once is for `readBallot`: servers cannot hold models to it. */
export function ballotForm(proposals: readonly AliasedProposal[]): AnswerForm {
  const aliases = proposals.map(({ alias }) => alias);
  const ranking = { type: 'array', items: { enum: aliases }, minItems: 1, maxItems: aliases.length };
  return formOf((comment) =>
    objectOf([
      ['comment', comment],
      ['ranking', ranking],
    ]),
  );
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
    return score === undefined || by === member ? [] : [{ by, member, score, comment: cutComment(said) }];
  });
}

/** The members in the order of a ballot, and what was said with it; undefined when it ranks one twice. */
export function readBallot(
  answer: JsonValue,
  proposals: readonly AliasedProposal[],
): { readonly ranking: readonly string[]; readonly comment: string } | undefined {
  const { ranking, comment } = answer as { readonly ranking: readonly string[]; readonly comment: string };
  if (new Set(ranking).size < ranking.length) return undefined;
  const members = new Map(proposals.map(({ alias, member }) => [alias, member]));
  return { ranking: ranking.flatMap((alias) => members.get(alias) ?? []), comment: cutComment(comment) };
}
