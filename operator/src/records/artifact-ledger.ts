import type { DatabaseSync } from 'node:sqlite';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import { inTransaction } from './database.ts';

/** What one WorkItem refers to, in numbers. */
export interface ScopeSummary extends WorkItemScope {
  readonly artifacts: number;
  readonly sizeBytes: number;
}

/** Which artifacts there are and which WorkItems refer to them. Times are in milliseconds since 1970. */
export class ArtifactLedger {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Records that an artifact is stored and that a WorkItem refers to it. */
  record(scope: WorkItemScope, artifact: { readonly digest: string; readonly sizeBytes: number }, now: number): void {
    inTransaction(this.#database, () => {
      this.#database
        .prepare(
          `INSERT INTO artifacts (digest, size_bytes) VALUES (?, ?)
           ON CONFLICT (digest) DO UPDATE SET size_bytes = excluded.size_bytes`,
        )
        .run(artifact.digest, artifact.sizeBytes);
      this.#insertReference(scope, artifact.digest, now);
    });
  }

  /** Lets a WorkItem refer to an artifact; false when there is no such artifact. */
  refer(scope: WorkItemScope, digest: string, now: number): boolean {
    return inTransaction(this.#database, () => {
      if (!this.has(digest)) return false;
      this.#insertReference(scope, digest, now);
      return true;
    });
  }

  has(digest: string): boolean {
    return this.#database.prepare('SELECT 1 FROM artifacts WHERE digest = ?').get(digest) !== undefined;
  }

  /** The size of an artifact, in bytes; undefined unless the WorkItem refers to it. */
  sizeOf({ namespace, workItem }: WorkItemScope, digest: string): number | undefined {
    const row = this.#database
      .prepare(
        `SELECT size_bytes FROM artifacts JOIN artifact_references USING (digest)
         WHERE namespace = ? AND work_item = ? AND digest = ?`,
      )
      .get(namespace, workItem, digest);
    return row?.['size_bytes'] as number | undefined;
  }

  /** Removes every reference of a WorkItem, and answers with how many there were. */
  forget({ namespace, workItem }: WorkItemScope, now: number): number {
    return inTransaction(this.#database, () => {
      const removed = this.#database
        .prepare('DELETE FROM artifact_references WHERE namespace = ? AND work_item = ? RETURNING digest')
        .all(namespace, workItem);
      const orphaned = this.#database.prepare(
        `UPDATE artifacts SET unreferenced_at = ?
         WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM artifact_references AS r WHERE r.digest = artifacts.digest)`,
      );
      for (const { digest } of removed) orphaned.run(now, digest as string);
      return removed.length;
    });
  }

  /** The WorkItems that refer to anything, by namespace and UID, after the one given. */
  scopes(after: WorkItemScope, limit: number): ScopeSummary[] {
    return this.#database
      .prepare(
        `SELECT namespace, work_item AS workItem, count(*) AS artifacts, sum(size_bytes) AS sizeBytes
         FROM artifact_references JOIN artifacts USING (digest)
         WHERE (namespace, work_item) > (?, ?)
         GROUP BY namespace, work_item ORDER BY namespace, work_item LIMIT ?`,
      )
      .all(after.namespace, after.workItem, limit)
      .map((row) => ({ ...row }) as unknown as ScopeSummary);
  }

  /** Artifacts that nothing has referred to since before `cutoff`, live cache pointers included. */
  unreferencedSince(cutoff: number, now: number): string[] {
    return this.#database
      .prepare(`SELECT digest FROM artifacts WHERE ${unreferenced}`)
      .all({ cutoff, now })
      .map(({ digest }) => digest as string);
  }

  /** Strikes an artifact out, if it still is what `unreferencedSince` says; whether it was. */
  strike(digest: string, cutoff: number, now: number): boolean {
    const { changes } = this.#database
      .prepare(`DELETE FROM artifacts WHERE digest = :digest AND ${unreferenced}`)
      .run({ digest, cutoff, now });
    return changes > 0;
  }

  /** How many artifacts there are, and their bytes. */
  total(): { readonly artifacts: number; readonly sizeBytes: number } {
    const row = this.#database
      .prepare('SELECT count(*) AS artifacts, total(size_bytes) AS sizeBytes FROM artifacts')
      .get();
    return { ...row } as unknown as { artifacts: number; sizeBytes: number };
  }

  #insertReference({ namespace, workItem }: WorkItemScope, digest: string, now: number): void {
    this.#database
      .prepare(
        `INSERT INTO artifact_references (namespace, work_item, digest, added_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      )
      .run(namespace, workItem, digest, now);
    this.#database.prepare('UPDATE artifacts SET unreferenced_at = NULL WHERE digest = ?').run(digest);
  }
}

const unreferenced = `unreferenced_at <= :cutoff
  AND NOT EXISTS (SELECT 1 FROM artifact_references AS r WHERE r.digest = artifacts.digest)
  AND NOT EXISTS (SELECT 1 FROM cache_pointers WHERE outputs_digest = artifacts.digest AND expires_at > :now)`;
