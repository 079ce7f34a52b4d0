/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; 30 s when absent. */
  readonly timeoutMs?: number;
}

/** What every write takes. */
export interface WriteOptions extends CallOptions {
  /** The server checks and answers, and stores nothing. */
  readonly dryRun?: boolean;
  /** `Strict`: unknown and duplicate fields are an error (`Invalid`). The server's default is to warn. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

/** Options of the writes that may go to a subresource such as `status` or `scale`. */
export interface SubresourceWriteOptions extends WriteOptions {
  readonly subresource?: string;
}

/** Options of server-side apply. */
export interface ApplyOptions extends SubresourceWriteOptions {
  /** Takes fields over from other managers instead of failing with `Conflict`. */
  readonly force?: boolean;
}

/** A merge patch (RFC 7386), or the operations of a JSON patch (RFC 6902). */
export type Patch =
  | { readonly merge: Readonly<Record<string, unknown>> }
  | { readonly json: readonly Readonly<Record<string, unknown>>[] };

/** Options of deletions. */
export interface DeletionOptions extends CallOptions {
  readonly dryRun?: boolean;
  /** `Background` when absent: a raw DELETE of a Job would orphan its Pods. */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
}

/** Options of the deletion of one object. */
export interface DeleteOptions extends DeletionOptions {
  /** Only the object with this UID; otherwise `Conflict`. */
  readonly uid?: string;
  /** Only the object as it was read; otherwise `Conflict`. */
  readonly resourceVersion?: string;
}

/** Which part of the log of a container. */
export interface LogOptions {
  readonly container: string;
  /** Goes on until the container ends. */
  readonly follow?: boolean;
  /** The last lines alone. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Begins each line with when it was written. */
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}
