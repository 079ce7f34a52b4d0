import { ResponseTooLarge, ServerError, type RequestTarget } from './api-error.ts';
import { asError, ExchangeFailed, type Answer } from './exchange.ts';
import type { ListPage } from './list-watch.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from './resource-type.ts';
import { LineTooLong } from './split-lines.ts';
import { toApiError } from './transport.ts';

interface RawList<T> {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items?: T[] | null;
}

/** A page of a list; the API server leaves `apiVersion` and `kind` out of the items of its built-in types. */
export function parseListPage<T extends KubeObject>(
  target: RequestTarget,
  type: ResourceType<T>,
  answer: Answer,
): ListPage<T> {
  const { metadata = {}, items } = parseJson(target, answer) as RawList<T>;
  const apiVersion = apiVersionOf(type);
  const complete = (item: T): T => ('kind' in item ? item : Object.assign({ apiVersion, kind: type.kind }, item));
  return {
    items: (items ?? []).map(complete),
    resourceVersion: metadata.resourceVersion ?? '',
    ...(metadata.continue === undefined || metadata.continue === '' ? {} : { continue: metadata.continue }),
    ...(metadata.remainingItemCount === undefined ? {} : { remainingItemCount: metadata.remainingItemCount }),
  };
}

/** The lines of a watch, with what ends them early as the errors of `api-error.ts`. */
export async function* watchLines(target: RequestTarget, lines: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (thrown) {
    const error = asError(thrown);
    if (error instanceof ExchangeFailed) throw toApiError({ target, method: 'GET' }, error);
    if (!(error instanceof LineTooLong)) throw error;
    throw new ResponseTooLarge({ target, code: 0, reason: '', said: error.message, cause: error });
  }
}

/**
 * The JSON an answer carries.
 * @throws ServerError when it is no JSON: something on the way answered in the API server's place
 */
export function parseJson(target: RequestTarget, { code, body }: Answer): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const said = `the answer is not JSON: ${body.slice(0, 100)}`;
    throw new ServerError({ target, code, reason: '', said, cause });
  }
}
