import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerClient } from '../executors/server-client.ts';
import { ArtifactLedger } from '../records/artifact-ledger.ts';
import { ArtifactLibrary } from '../records/artifact-library.ts';
import { CachePointers } from '../records/cache-pointers.ts';
import { openDatabase } from '../records/database.ts';
import { EventInbox } from '../records/event-inbox.ts';
import { FolderStore } from '../records/folder-store.ts';
import { ProgressBoard } from '../records/progress-board.ts';
import { Authenticator, type PodIdentity } from '../server/authenticator.ts';
import type { ReviewedUser } from '../server/caller.ts';
import { createServer, type ConclaveServer } from '../server/create-server.ts';
import { issueServing, makeAuthority, type CertifiedKey } from '../server/issue-certificate.ts';
import { createLogger } from '../telemetry/logger.ts';
import { ServerMetrics } from '../telemetry/server-metrics.ts';

/** Certificates are good for longer than any clock of a test is wrong, in milliseconds. */
const dayMs = 24 * 60 * 60 * 1000;

/** Name in the certificate of the server; `lookup` finds it on this machine. */
const host = 'conclave-server.test';

const lookup: LookupFunction = (_name, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** The disk as the server sees it. */
interface Disk {
  freeBytes: number;
}

interface RunningServerParts {
  readonly folder: string;
  readonly store: FolderStore;
  readonly disk: Disk;
  readonly authority: CertifiedKey;
}

/** A server on real sockets with real records, whose cluster knows the tokens `operator`, `alice`, `pod-<uid>`. */
export class RunningServer {
  readonly server: ConclaveServer;
  readonly metrics: ServerMetrics;
  readonly folder: string;
  readonly authority: CertifiedKey;
  /** Users who may create events, as `user@namespace`. */
  readonly mayCreate = new Set<string>();
  readonly logged: string[] = [];
  readonly disk: Disk;
  reviews = 0;
  readonly #clients: ServerClient[] = [];
  readonly #closeRecords: () => void;

  private constructor({ folder, store, disk, authority }: RunningServerParts) {
    this.folder = folder;
    this.disk = disk;
    const database = openDatabase(join(folder, 'records.db'));
    this.#closeRecords = () => {
      database.close();
    };
    this.metrics = new ServerMetrics();
    this.authority = authority;
    const certified = issueServing(this.authority, { ...someDays(), names: [host] });
    const now = (): number => Date.now();
    const ledger = new ArtifactLedger(database);
    this.server = createServer(
      {
        artifacts: new ArtifactLibrary({ store, ledger, now, retentionMs: 0, maxBytes: 25_000_000 }),
        pointers: new CachePointers(database, now),
        inbox: new EventInbox({ database, now, retentionMs: 1e9 }),
        progress: new ProgressBoard(),
        authenticator: new Authenticator({
          ...{ cluster: this, operatorAccount: 'the-operator', cacheMs: 1_000 },
          admit: () => undefined,
        }),
        mayCreateEvents: ({ username }, namespace) => Promise.resolve(this.mayCreate.has(`${username}@${namespace}`)),
        logger: createLogger({ level: 'warn', destination: { write: (line: string) => this.logged.push(line) } }),
        metrics: this.metrics,
        limits: { perSecond: 1, burst: 30 },
      },
      { cert: certified.certificate, key: certified.key },
    );
  }

  /** Whoever trusts the authority (one of its own by default) trusts the server. */
  static async start(authority = makeAuthority(someDays())): Promise<RunningServer> {
    const folder = mkdtempSync(join(tmpdir(), 'server-'));
    const disk: Disk = { freeBytes: 1e12 };
    const freeBytes = (): Promise<number> => Promise.resolve(disk.freeBytes);
    const store = await FolderStore.open({ folder, reserveBytes: 1000, freeBytes });
    const running = new RunningServer({ folder, store, disk, authority });
    await running.server.app.listen({ port: 0, host: '127.0.0.1' });
    return running;
  }

  get url(): string {
    return `https://${host}:${(this.server.app.server.address() as AddressInfo).port}`;
  }

  client(token: string, ca = this.authority.certificate): ServerClient {
    const options = { url: this.url, ca: () => ca, token: () => token, lookup, attempts: 2, firstDelayMs: 1 };
    const client = new ServerClient(options);
    this.#clients.push(client);
    return client;
  }

  reviewToken(token: string, audience: string | undefined): Promise<ReviewedUser | undefined> {
    this.reviews += 1;
    const user = { uid: undefined, groups: [], extra: {} };
    if (token === 'operator') return Promise.resolve({ ...user, username: 'the-operator' });
    if (token === 'alice' && audience === undefined) return Promise.resolve({ ...user, username: 'alice' });
    const [, uid] = /^pod-(\w+)$/.exec(token) ?? [];
    if (uid === undefined || audience === undefined) return Promise.resolve(undefined);
    const extra = {
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': [uid],
    };
    return Promise.resolve({ ...user, username: 'system:serviceaccount:ns:default', extra });
  }

  workItemOf({ uid }: PodIdentity): Promise<string | undefined> {
    return Promise.resolve(uid === 'stranger' ? undefined : uid);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.server.close();
    this.#closeRecords();
    rmSync(this.folder, { recursive: true });
  }
}

function someDays() {
  return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
}
