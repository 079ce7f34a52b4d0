import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Run } from './run.ts';

/** Characters of JSON up to which a page takes more entries. */
const fullPage = 131_072;

interface Page {
  readonly previous: string | null;
  readonly entries: readonly JsonValue[];
}

/**
 * A list that grows outside of status: pages in the artifact store, of which each names the one before, so that status
 * holds one digest. Gives the digest of the last page. A page that is at hand and not full is written anew with more in
 * it; otherwise a new one begins, so that nothing has to be read to append.
 */
export function appendToLog(run: Run, last: string | undefined, entries: readonly JsonValue[]): string {
  const page = last !== undefined && run.hasArtifact(last) ? parsePage(run.artifact(last)) : undefined;
  const grown = page && [...page.entries, ...entries];
  const isRoomy = grown !== undefined && JSON.stringify(grown).length <= fullPage;
  const next: Page = isRoomy
    ? { previous: page?.previous ?? null, entries: grown }
    : { previous: last ?? null, entries };
  return run.storeArtifact(next as unknown as JsonObject);
}

/** All entries, the oldest first; undefined while a page has to be read, which the plan then asks for. */
export function readLog(run: Run, last: string | undefined): readonly JsonValue[] | undefined {
  const pages: (readonly JsonValue[])[] = [];
  for (let digest: string | null = last ?? null; digest !== null;) {
    const content = run.artifact(digest);
    if (content === undefined) return undefined;
    const page: Page = parsePage(content);
    pages.unshift(page.entries);
    digest = page.previous;
  }
  return pages.flat(1);
}

/** Only the operator writes pages; what is none means that the store gave something else. */
function parsePage(content: JsonValue | undefined): Page {
  const page = content as Partial<Page> | null | undefined;
  if (!Array.isArray(page?.entries)) throw new Error('an artifact that should be a page of a list is none');
  return { previous: page.previous ?? null, entries: page.entries };
}
