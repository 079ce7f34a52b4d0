import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ArtifactLedger } from '../records/artifact-ledger.ts';
import { ArtifactLibrary } from '../records/artifact-library.ts';
import type { ArtifactStore } from '../records/artifact-store.ts';
import { CachePointers } from '../records/cache-pointers.ts';
import { openDatabase } from '../records/database.ts';
import { EventInbox } from '../records/event-inbox.ts';
import { FolderStore } from '../records/folder-store.ts';
import { ProgressBoard } from '../records/progress-board.ts';
import { ownerKey, S3Store } from '../records/s3-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ServerMetrics } from '../telemetry/server-metrics.ts';
import type { ServerOptions } from './server-options.ts';

/** Time between two sweeps, in milliseconds. */
const sweepIntervalMs = 10 * 60 * 1000;

/** What the server keeps, ready to be used. */
export interface Records {
  readonly artifacts: ArtifactLibrary;
  readonly pointers: CachePointers;
  readonly inbox: EventInbox;
  readonly progress: ProgressBoard;
  readonly ledger: ArtifactLedger;
  /** Ends the sweeps and closes the database. */
  close(): void;
}

/** Opens the database and the store of artifacts, and sweeps them from now on. */
export async function openRecords(
  options: ServerOptions,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: ServerMetrics },
): Promise<Records> {
  mkdirSync(options.dataFolder, { recursive: true });
  const database = openDatabase(join(options.dataFolder, 'records.db'));
  const now = (): number => Date.now();
  const ledger = new ArtifactLedger(database);
  const inbox = new EventInbox({ database, now, retentionMs: options.eventRetentionMs });
  const store = await openStore(options, inbox.identity);
  const { artifactRetentionMs, maxArtifactBytes: maxBytes } = options;
  const artifacts = new ArtifactLibrary({ store, ledger, now, retentionMs: artifactRetentionMs, maxBytes });
  const pointers = new CachePointers(database, now);
  const sweep = async (): Promise<void> => {
    try {
      metrics.swept.inc({ what: 'pointers' }, pointers.sweep());
      metrics.swept.inc({ what: 'events' }, inbox.sweep());
      metrics.swept.inc({ what: 'artifacts' }, (await artifacts.sweep()).removed);
    } catch (err) {
      logger.error({ err }, 'a sweep failed; the next one tries again');
    }
  };
  const timer = setInterval(() => void sweep(), sweepIntervalMs);
  void sweep();
  const close = (): void => {
    clearInterval(timer);
    database.close();
  };
  return { artifacts, pointers, inbox, progress: new ProgressBoard(), ledger, close };
}

/** `identity` is the database's: with another one, nothing would be known of what the bucket holds, and it would be swept. */
async function openStore({ s3, dataFolder, reserveBytes }: ServerOptions, identity: string): Promise<ArtifactStore> {
  if (s3 === undefined) return FolderStore.open({ folder: join(dataFolder, 'artifacts'), reserveBytes });
  const store = new S3Store(s3);
  if ((await store.claim(identity)) !== identity) throw new Error(describeForeign(s3));
  await store.removeAbandoned(Date.now());
  return store;
}

const describeForeign = (s3: NonNullable<ServerOptions['s3']>) =>
  `the artifacts '${s3.prefix}' in the bucket '${s3.bucket}' belong to another server, or to this one before it lost its data ` +
  `folder. Give this one a prefix of its own; or, if the other is no more, remove the object '${ownerKey(s3)}' from the bucket: ` +
  `what is in it is then this one's, which removes within hours what no WorkItem of its own refers to`;
