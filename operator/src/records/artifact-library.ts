import { RecordError } from '../core/records/record-error.ts';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import type { ArtifactLedger, ScopeSummary } from './artifact-ledger.ts';
import type { ArtifactContent, ArtifactStore, ArtifactUpload } from './artifact-store.ts';
import { limitedBytes } from './checked-bytes.ts';

/** What a library is made of. */
export interface ArtifactLibraryOptions {
  readonly store: ArtifactStore;
  readonly ledger: ArtifactLedger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Time that an artifact stays after the last reference to it is gone, in milliseconds. */
  readonly retentionMs: number;
  /** Largest artifact, in bytes. */
  readonly maxBytes: number;
}

/** What a sweep did. */
export interface Sweep {
  readonly removed: number;
}

/** An upload that ended without being recorded is given up after this time, in milliseconds. */
const unrecordedGraceMs = 60 * 60 * 1000;

/** Artifacts and who may read them: each WorkItem reaches what it stored and what it was given a reference to. */
export class ArtifactLibrary {
  readonly #options: ArtifactLibraryOptions;
  readonly #uploads = new Map<string, number>();
  readonly #removals = new Map<string, Promise<void>>();

  constructor(options: ArtifactLibraryOptions) {
    this.#options = options;
  }

  /** Stores an artifact for a WorkItem; its size in bytes. @throws RecordError */
  async put(scope: WorkItemScope, upload: ArtifactUpload): Promise<number> {
    const { store, ledger, now, maxBytes } = this.#options;
    const { digest, announcedBytes = 0, content } = upload;
    if (announcedBytes > maxBytes) throw new RecordError('TooLarge', `more than ${maxBytes} bytes`);
    this.#count(digest, 1);
    try {
      await this.#removals.get(digest);
      const sizeBytes = await store.put({ ...upload, content: limitedBytes(content, maxBytes) });
      ledger.record(scope, { digest, sizeBytes }, now());
      return sizeBytes;
    } finally {
      this.#count(digest, -1);
    }
  }

  /** An artifact; undefined unless the WorkItem refers to it. @throws RecordError `Broken` */
  async open(scope: WorkItemScope, digest: string): Promise<ArtifactContent | undefined> {
    const sizeBytes = this.#options.ledger.sizeOf(scope, digest);
    if (sizeBytes === undefined) return undefined;
    const found = await this.#options.store.get(digest);
    if (found?.sizeBytes === sizeBytes) return found;
    const now = found === undefined ? 'is gone' : `has ${found.sizeBytes} bytes`;
    throw new RecordError('Broken', `the artifact ${digest} of ${sizeBytes} bytes ${now}`);
  }

  /** Its size in bytes; undefined unless the WorkItem refers to it. */
  sizeOf(scope: WorkItemScope, digest: string): number | undefined {
    return this.#options.ledger.sizeOf(scope, digest);
  }

  /** Lets a WorkItem read an artifact of another; false when there is no such artifact. */
  refer(scope: WorkItemScope, digest: string): boolean {
    return this.#options.ledger.refer(scope, digest, this.#options.now());
  }

  /** Removes a WorkItem's references; how many there were. */
  forget(scope: WorkItemScope): number {
    return this.#options.ledger.forget(scope, this.#options.now());
  }

  /** The WorkItems that refer to anything, in order, after the one given. */
  scopes(after: WorkItemScope, limit: number): ScopeSummary[] {
    return this.#options.ledger.scopes(after, limit);
  }

  /** Removes what nothing has referred to for the retention time, and what uploads left that were never recorded. */
  async sweep(): Promise<Sweep> {
    const { ledger, now, retentionMs } = this.#options;
    let removed = 0;
    const cutoff = now() - retentionMs;
    for (const digest of ledger.unreferencedSince(cutoff, now())) {
      if (this.#uploads.has(digest) || !ledger.strike(digest, cutoff, now())) continue;
      await this.#remove(digest);
      removed += 1;
    }
    return { removed: removed + (await this.#removeUnrecorded()) };
  }

  async #removeUnrecorded(): Promise<number> {
    const { store, ledger, now } = this.#options;
    let removed = 0;
    for await (const { digest, storedAt } of store.list()) {
      if (ledger.has(digest) || this.#uploads.has(digest)) continue;
      if (storedAt.getTime() > now() - unrecordedGraceMs) continue;
      await this.#remove(digest);
      removed += 1;
    }
    return removed;
  }

  /** An upload of the same bytes that begins meanwhile waits: it must not be removed as soon as it is stored. */
  async #remove(digest: string): Promise<void> {
    const removal = this.#options.store.remove(digest).finally(() => this.#removals.delete(digest));
    this.#removals.set(
      digest,
      removal.catch(() => undefined),
    );
    await removal;
  }

  #count(digest: string, change: 1 | -1): void {
    const count = (this.#uploads.get(digest) ?? 0) + change;
    if (count === 0) this.#uploads.delete(digest);
    else this.#uploads.set(digest, count);
  }
}
