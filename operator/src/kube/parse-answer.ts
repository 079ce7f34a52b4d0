import { ResponseTooLarge, ServerError, type RequestTarget } from './api-error.ts';
import { asError, ExchangeFailed, type Answer } from './exchange.ts';
import type { ListPage } from './list-watch.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from './resource-type.ts';
import { LineTooLong } from './split-lines.ts';
import { toApiError } from './transport.ts';

interface RawList<T> {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly T[] | null;
}

/**
 * A page of a list; the API server leaves `apiVersion` and `kind` out of the items of its built-in types.
 * @throws ServerError when it is no list: taken for an empty one, everything would count as deleted
 */
export function parseListPage<T extends KubeObject>(
  target: RequestTarget,
  type: ResourceType<T>,
  answer: Answer,
): ListPage<T> {
  const list = parseJson(target, answer);
  if (!isList<T>(list)) throw notThat(target, answer, 'a list');
  const { metadata, items } = list;
  const apiVersion = apiVersionOf(type);
  const complete = (item: T): T => ('kind' in item ? item : Object.assign({ apiVersion, kind: type.kind }, item));
  return {
    items: (items ?? []).map(complete),
    resourceVersion: metadata.resourceVersion ?? '',
    ...(metadata.continue === undefined || metadata.continue === '' ? {} : { continue: metadata.continue }),
    ...(metadata.remainingItemCount === undefined ? {} : { remainingItemCount: metadata.remainingItemCount }),
  };
}

/** Go writes a list without items as `null`, and never leaves `items` out. */
function isList<T>(value: unknown): value is RawList<T> {
  if (typeof value !== 'object' || value === null) return false;
  const { metadata, items } = value as { readonly metadata?: unknown; readonly items?: unknown };
  return typeof metadata === 'object' && metadata !== null && (items === null || Array.isArray(items));
}

/** The lines of a watch, with what ends them early as the errors of `api-error.ts`. */
export async function* watchLines(target: RequestTarget, lines: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (thrown) {
    const error = streamError(target, thrown);
    if (!(error instanceof LineTooLong)) throw error;
    throw new ResponseTooLarge({ target, code: 0, reason: '', said: error.message, cause: error });
  }
}

/** What ends an answer early that is read as it comes. */
export function streamError(target: RequestTarget, thrown: unknown): Error {
  const error = asError(thrown);
  return error instanceof ExchangeFailed ? toApiError({ target, method: 'GET' }, error) : error;
}

/**
 * The JSON an answer carries.
 * @throws ServerError when it is no JSON: something on the way answered in the API server's place
 */
export function parseJson(target: RequestTarget, answer: Answer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch (cause) {
    throw notThat(target, answer, 'JSON', cause);
  }
}

function notThat(target: RequestTarget, { code, body }: Answer, what: string, cause?: unknown): ServerError {
  return new ServerError({ target, code, reason: '', said: `the answer is not ${what}: ${body.slice(0, 100)}`, cause });
}
