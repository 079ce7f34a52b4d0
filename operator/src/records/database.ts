import { DatabaseSync } from 'node:sqlite';
import { RecordError } from '../core/records/record-error.ts';

/**
 * What the database looks like, one step after the other; `user_version` says how many it has taken. A step that was
 * released is never changed: what comes later is a new one.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE artifacts (
    digest TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    unreferenced_at INTEGER
  ) STRICT;
  CREATE TABLE artifact_references (
    namespace TEXT NOT NULL,
    work_item TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES artifacts (digest),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, work_item, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX artifact_references_by_digest ON artifact_references (digest);
  CREATE TABLE cache_pointers (
    key TEXT PRIMARY KEY,
    outputs_digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX cache_pointers_by_digest ON cache_pointers (outputs_digest, expires_at);
  CREATE INDEX cache_pointers_by_expiry ON cache_pointers (expires_at);
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace TEXT NOT NULL,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (namespace, source, id)
  ) STRICT;
  CREATE INDEX events_by_arrival ON events (received_at);
  CREATE TABLE inbox (identity TEXT NOT NULL) STRICT;
  INSERT INTO inbox (identity) VALUES (lower(hex(randomblob(16))));
  `,
];

/** The records' database in one file: writes are on disk before they are answered. @throws Error for a newer one */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 5_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  migrate(database);
  return database;
}

/** SQLite's own code for a full disk. */
const sqliteFull = 13;

/** Does `work` wholly or not at all. @throws RecordError `InsufficientStorage` when the disk is full */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    const isFull = error instanceof Error && 'errcode' in error && error.errcode === sqliteFull;
    throw isFull ? new RecordError('InsufficientStorage', 'the disk of the database is full', error) : error;
  }
}

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new Error(
      `the database has version ${version}, this program knows ${migrations.length}: run the newer program`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    inTransaction(database, () => database.exec(`${step}; PRAGMA user_version = ${index + 1};`));
  }
}
