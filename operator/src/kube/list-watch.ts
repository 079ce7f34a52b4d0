import type { KubeObject, ResourceType } from './resource-type.ts';

/** Which objects of a type: one namespace or all, and the server's own selectors. */
export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** One page of a list; `continue` comes from the page before. */
export interface ListPageOptions extends Selection {
  /** Objects per page, at most. */
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly signal?: AbortSignal;
  /** Milliseconds for this page; the client's own default when absent. */
  readonly timeoutMs?: number;
}

/** A page of objects; `continue` is absent on the last one. Every item carries `apiVersion` and `kind`. */
export interface ListPage<T extends KubeObject = KubeObject> {
  readonly items: T[];
  /** Of the list: where a watch may start once every page is read. */
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** A watch from `resourceVersion` on; the server ends it after `timeoutSeconds`. */
export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  readonly allowBookmarks?: boolean;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** An open watch. */
export interface WatchStream {
  /**
   * One string a line, without its newline, bounded in length. A line that the end of the connection cut off is handed
   * out as it is (it does not parse). Ends when the server or `close` ends the watch; throws `Unreachable` when the
   * connection breaks and the signal's reason when it is aborted. Can be iterated once.
   */
  readonly lines: AsyncIterable<string>;
  /** Ends the connection; `lines` then ends without an error. May be called at any time, more than once. */
  close(): void;
}

/**
 * What a reflector needs of the API server. Errors are the classes of `api-error.ts`: `Gone` when the resource version
 * or the continue token is too old, `TooManyRequests`, `Unreachable`, `ServerError`, `Forbidden`, `NotFound` (no such
 * kind). An ERROR event inside a watch is a line like any other: `apiErrorFromStatus` makes an error of its object.
 */
export interface ListWatch {
  listPage<T extends KubeObject>(type: ResourceType<T>, options: ListPageOptions): Promise<ListPage<T>>;
  watch(type: ResourceType, options: WatchOptions): Promise<WatchStream>;
}
