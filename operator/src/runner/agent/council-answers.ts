import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { CouncilWork } from '../../api/runner-work.ts';
import { commentLength, type GivenRanking, type GivenScore } from '../../core/council/judgements.ts';
import { scoreByRubric } from '../../core/council/rank-by-scores.ts';

/** A proposal, as far as it is known whose it is: by its alias. */
interface Aliased {
  readonly alias: string;
}

/**
 * What an answer is asked to fit, and what it has to. Comments may be longer than asked for: where a model writes broken
 * characters, servers count them before they are mended, and a score counts for more than the words that came with it.
 */
export interface AnswerForm {
  readonly schema: JsonObject;
  readonly accepted: JsonObject;
}

const formOf = (schemaWith: (comment: JsonObject) => JsonObject): AnswerForm => ({
  // A few sentences: grammars of model servers grow with the length.
  schema: schemaWith({ type: 'string', maxLength: commentLength }),
  accepted: schemaWith({ type: 'string' }),
});

/** Why a proposal has its scores. No criterion of a rubric has a name with an underscore. */
const inWords = 'in_words';

/** Without a rubric a proposal is scored as a whole. */
const whole = [{ name: 'score', description: '', weight: 1 }];

const criteriaOf = (rubric: CouncilWork['rubric']) => (rubric.length === 0 ? whole : rubric);

/** The scores of some proposals: a number for each criterion of each of them, and why. */
export function scoringForm(proposals: readonly Aliased[], rubric: CouncilWork['rubric']): AnswerForm {
  const number = { type: 'number', minimum: 0, maximum: 10 };
  const criteria = criteriaOf(rubric).map(({ name }): [string, JsonObject] => [name, number]);
  return formOf((comment) => {
    const one = objectOf([[inWords, comment], ...criteria]);
    return objectOf(proposals.map(({ alias }) => [alias, one]));
  });
}

/** A ballot. That it ranks each proposal once is for `readBallot`: servers cannot hold models to it. */
export function ballotForm(proposals: readonly Aliased[]): AnswerForm {
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

/** The scores of an answer that fits its schema: one for each proposal that is scored by any criterion. */
export function readScores(
  answer: JsonValue,
  proposals: readonly Aliased[],
  rubric: CouncilWork['rubric'],
): readonly GivenScore[] {
  const given = answer as Readonly<Record<string, { readonly [inWords]: string } & Readonly<Record<string, number>>>>;
  return proposals.flatMap(({ alias }) => {
    const { [inWords]: comment = '', ...scores } = given[alias] ?? {};
    const score = scoreByRubric(scores, criteriaOf(rubric));
    return score === undefined ? [] : [{ alias, score, comment }];
  });
}

/** The ballot of an answer that fits its schema; undefined when it ranks a proposal twice. */
export function readBallot(answer: JsonValue): GivenRanking | undefined {
  const { ranking, comment } = answer as { readonly ranking: readonly string[]; readonly comment: string };
  return new Set(ranking).size < ranking.length ? undefined : { ranking, comment };
}
