import { defined, type Defined } from '../defined.ts';
import { quote } from '../quote.ts';
import type { readyReasons } from '../reasons.ts';

/** Why a look has found that a Model is not ready. */
export type NotReadyReason = (typeof readyReasons)[LookReason];
type LookReason =
  | 'unreachable'
  | 'addressRefused'
  | 'notListed'
  | 'unauthorized'
  | `secret${'Missing' | 'Invalid'}`
  | `authority${'Missing' | 'Invalid'}`
  | 'invalidAnswer';

/** What one look at a Model's address has shown. */
export type ModelLook =
  | ({ readonly result: 'available' } & Defined<ServedModel>)
  | { readonly result: 'unavailable'; readonly reason: NotReadyReason; readonly message: string };

/** What a server says of a model. */
interface ServedModel {
  readonly contextLength: number | undefined;
  readonly revision: string | undefined;
}

/** An answer to `GET <url>/models`; without a body where it is no JSON. */
export interface ModelsAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Names that a message lists at most. */
const mostNames = 10;
const largestContext = 100_000_000;

/** What the answer of an OpenAI-compatible server says of a model. */
export function judgeModelsAnswer({ status, body }: ModelsAnswer, modelName: string, url: string): ModelLook {
  if (status === 401 || status === 403) return refused(status, url);
  if (status === 429 || status >= 500)
    return unavailable('Unreachable', `${url} answered ${status}; look at the server's log`);
  const cards = status === 200 ? cardsOf(body) : undefined;
  if (cards === undefined) return unavailable('InvalidAnswer', describeInvalid(status, url));
  const card = cards.find(({ id }) => id === modelName);
  return card === undefined ? notListed(cards, modelName, url) : { result: 'available', ...readCard(card) };
}

/** A look that has shown why a Model is not ready. */
export function unavailable(reason: NotReadyReason, message: string): ModelLook {
  return { result: 'unavailable', reason, message };
}

const refused = (status: number, url: string) =>
  unavailable(
    'Unauthorized',
    `${url} answered ${status}: it wants another API key; correct the Secret that \`apiKeySecretRef\` names`,
  );

function describeInvalid(status: number, url: string): string {
  const what = status === 200 ? 'something that is no list of models' : String(status);
  return `${url} answered ${what}; \`url\` must be the base of an OpenAI-compatible API, such as http://vllm.models:8000/v1`;
}

interface Card {
  readonly id: string;
  readonly [field: string]: unknown;
}

function cardsOf(body: unknown): readonly Card[] | undefined {
  const { data } = (body ?? {}) as { readonly data?: unknown };
  return Array.isArray(data) ? data.filter(isCard) : undefined;
}

const isCard = (value: unknown): value is Card =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';

function notListed(cards: readonly Card[], modelName: string, url: string): ModelLook {
  const names = cards.slice(0, mostNames).map(({ id }) => quote(id));
  const more = cards.length > mostNames ? ' …' : '';
  const listed = cards.length === 0 ? 'none' : `${names.join(', ')}${more}`;
  return unavailable(
    'NotListed',
    `${url} does not serve ${quote(modelName)}. Models: ${listed}; correct \`modelName\`, or the server's --served-model-name`,
  );
}

/** vLLM says `max_model_len`; some servers say a revision. */
function readCard({ max_model_len: length, revision }: Card): Defined<ServedModel> {
  const isLength = typeof length === 'number' && Number.isInteger(length) && length > 0 && length <= largestContext;
  const isRevision = typeof revision === 'string' && revision !== '' && revision.length <= 253;
  return defined({ contextLength: isLength ? length : undefined, revision: isRevision ? revision : undefined });
}
