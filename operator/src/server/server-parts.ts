import type { ToldProgress } from '../api/attempt-progress.ts';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ServerMetrics } from '../telemetry/server-metrics.ts';
import type { Authenticator } from './authenticator.ts';
import type { ReviewedUser } from './caller.ts';
import type { RateLimits } from './rate-limiter.ts';

/** Artifacts, each reached by the WorkItems that refer to it. What goes wrong is a `RecordError`. */
export interface Artifacts {
  put(scope: WorkItemScope, upload: Upload): Promise<number>;
  open(
    scope: WorkItemScope,
    digest: string,
  ): Promise<{ readonly sizeBytes: number; readonly content: AsyncIterable<Uint8Array> } | undefined>;
  sizeOf(scope: WorkItemScope, digest: string): number | undefined;
  refer(scope: WorkItemScope, digest: string): boolean;
  forget(scope: WorkItemScope): number;
  scopes(
    after: WorkItemScope,
    limit: number,
  ): readonly (WorkItemScope & { readonly artifacts: number; readonly sizeBytes: number })[];
}

/** An artifact on its way in. */
export interface Upload {
  readonly digest: string;
  readonly content: AsyncIterable<Uint8Array>;
  readonly announcedBytes?: number | undefined;
}

/** Pointers to outputs by the key of a cache. Times are in milliseconds since 1970. */
export interface Pointers {
  get(key: string): Pointer | undefined;
  put(key: string, outputsDigest: string, ttlSeconds: number): Pointer;
}

/** Where the outputs of an earlier, equal step are. */
export interface Pointer {
  readonly outputsDigest: string;
  readonly at: number;
  readonly expiresAt: number;
}

/** Events that came from outside, in the order of their arrival. */
export interface Inbox {
  readonly identity: string;
  append(
    events: readonly { readonly source: string; readonly id: string; readonly event: string }[],
    arrival: { readonly namespace: string; readonly sender: string },
  ): readonly { readonly sequence: number; readonly duplicate: boolean }[];
  after(
    sequence: number,
    limit: number,
  ): readonly {
    readonly sequence: number;
    readonly namespace: string;
    readonly sender: string;
    readonly receivedAt: number;
    readonly event: string;
  }[];
  arrival(signal: AbortSignal): Promise<void>;
}

/** How far attempts have come, of each the last that it told. */
export interface Progress {
  readonly identity: string;
  post(scope: WorkItemScope, told: ToldProgress): void;
  after(sequence: number, limit: number): readonly (WorkItemScope & ToldProgress & { readonly sequence: number })[];
  arrival(signal: AbortSignal): Promise<void>;
}

/** Asks the API server whether a user has the right `create` on `events.conclave.dev` in a namespace. */
export type MayCreateEvents = (user: ReviewedUser, namespace: string) => Promise<boolean>;

/** What the server is made of. */
export interface ServerParts {
  readonly authenticator: Authenticator;
  readonly mayCreateEvents: MayCreateEvents;
  readonly artifacts: Artifacts;
  readonly pointers: Pointers;
  readonly inbox: Inbox;
  readonly progress: Progress;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  /** Of each caller but the operator. */
  readonly limits: RateLimits;
}
