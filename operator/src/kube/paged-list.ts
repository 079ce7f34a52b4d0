import { Gone, ResponseTooLarge } from './api-error.ts';
import type { ListPage, ListWatch, Selection } from './list-watch.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** A complete list to be read. */
export interface PagedList<T extends KubeObject, E> {
  readonly listWatch: ListWatch;
  readonly type: ResourceType<T>;
  readonly selection: Selection;
  readonly pageSize: number;
  /** For each page, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What is kept of an item (nothing when undefined), so that whole pages do not pile up. */
  readonly keep: (item: T) => E | undefined;
}

/** All that was listed, and the version at which a watch takes over. */
export interface Listed<E> {
  readonly entries: E[];
  readonly resourceVersion: string;
  readonly pages: number;
}

/**
 * Reads a list page by page. When the continue token expires on the way it asks once for everything in one answer: a
 * list that takes longer than the server keeps its history would never end otherwise. Rejects with the client's errors.
 */
export async function listAll<T extends KubeObject, E>(list: PagedList<T, E>): Promise<Listed<E>> {
  const progress = { pages: 0 };
  try {
    return await readPages(list, list.pageSize, progress);
  } catch (error) {
    if (!(error instanceof Gone) || progress.pages === 0) throw error;
    return await readPages(list, undefined, progress);
  }
}

async function readPages<T extends KubeObject, E>(
  list: PagedList<T, E>,
  pageSize: number | undefined,
  progress: { pages: number },
): Promise<Listed<E>> {
  const entries: E[] = [];
  let resourceVersion: string | undefined;
  let token: string | undefined;
  let limit = pageSize;
  do {
    let page: ListPage<T>;
    ({ page, limit } = await readPage(list, limit, token));
    list.signal.throwIfAborted();
    progress.pages += 1;
    // The first page's: a later page may be newer, and what it has that is too new the watch brings again.
    resourceVersion ??= page.resourceVersion;
    for (const item of page.items) {
      const entry = list.keep(item);
      if (entry !== undefined) entries.push(entry);
    }
    token = page.continue === '' ? undefined : page.continue;
  } while (token !== undefined);
  return { entries, resourceVersion, pages: progress.pages };
}

/** One page of at most `limit` objects: of fewer when they are so large that the client does not take as many at once. */
async function readPage<T extends KubeObject, E>(
  list: PagedList<T, E>,
  limit: number | undefined,
  token: string | undefined,
): Promise<{ page: ListPage<T>; limit: number | undefined }> {
  const { listWatch, type, selection, timeoutMs, signal } = list;
  try {
    const page = await listWatch.listPage(type, {
      ...selection,
      ...(limit === undefined ? {} : { limit }),
      ...(token === undefined ? {} : { continue: token }),
      timeoutMs,
      signal,
    });
    return { page, limit };
  } catch (error) {
    if (!(error instanceof ResponseTooLarge) || limit === undefined || limit <= 1) throw error;
    return readPage(list, Math.floor(limit / 2), token);
  }
}
