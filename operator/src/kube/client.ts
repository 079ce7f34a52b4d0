import { ApiError, ServerError, Unreachable, WriteRefused, type RequestTarget } from './api-error.ts';
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  DeletionOptions,
  LogOptions,
  Patch,
  SubresourceWriteOptions,
  WriteOptions,
} from './client-options.ts';
import type { Answer } from './exchange.ts';
import { KubeconfigError } from './kubeconfig.ts';
import type { ListPage, ListPageOptions, ListWatch, Selection, WatchOptions, WatchStream } from './list-watch.ts';
import { parseJson, parseListPage, streamError, watchLines } from './parse-answer.ts';
import { pods } from './pod.ts';
import {
  collectionPath,
  objectPath,
  resourceName,
  type KubeObject,
  type ObjectRef,
  type ResourceType,
} from './resource-type.ts';
import { splitLines } from './split-lines.ts';
import type { Call, Transport } from './transport.ts';
import { openGate, type WriteGate } from './write-gate.ts';

/** What a `KubeClient` is made of. */
export interface KubeClientParts {
  readonly transport: Transport;
  /** Who owns the fields this client writes. */
  readonly fieldManager?: string;
  readonly gate?: WriteGate;
}

const defaultTimeoutMs = 30_000;
const pageSize = 500;

/**
 * Typed requests to the API server, in raw JSON. Every method throws the classes of `api-error.ts`. None waits and tries
 * again: `TooManyRequests` and its delay are the caller's.
 */
export class KubeClient implements ListWatch {
  readonly #parts: Required<KubeClientParts>;

  constructor(parts: KubeClientParts) {
    this.#parts = { fieldManager: 'conclave', gate: openGate, ...parts };
  }

  /** The same connections, with `gate` asked before every write. */
  withGate(gate: WriteGate): KubeClient {
    return new KubeClient({ ...this.#parts, gate });
  }

  /** Ends every connection, also those of clients made by `withGate`. */
  close(): Promise<void> {
    return this.#parts.transport.close();
  }

  async get<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    options: CallOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const { subresource, ...timing } = options;
    const target = describeTarget('get', type, { ...ref, subresource });
    return parseJson(target, await this.#read(target, objectPath(type, ref, subresource), { timing })) as T;
  }

  /** The body of any GET as text: `/version`, `/readyz`, `/openapi/v3`. */
  async getText(path: string, timing: CallOptions = {}): Promise<string> {
    return (await this.#read({ verb: 'get', resource: path }, path, { timing })).body;
  }

  /**
   * Every object of a selection, read page by page as the loop goes on; all pages show the same moment. `Gone` when the
   * loop takes longer than the server remembers (5 minutes by default).
   */
  async *list<T extends KubeObject>(
    type: ResourceType<T>,
    options: Selection & CallOptions & { readonly limit?: number } = {},
  ): AsyncGenerator<T> {
    let page = await this.listPage(type, { limit: pageSize, ...options });
    yield* page.items;
    while (page.continue !== undefined) {
      page = await this.listPage(type, { limit: pageSize, ...options, continue: page.continue });
      yield* page.items;
    }
  }

  async listPage<T extends KubeObject>(type: ResourceType<T>, options: ListPageOptions): Promise<ListPage<T>> {
    const { namespace, labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch } = options;
    const query = { labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch };
    const target = describeTarget('list', type, { namespace });
    const path = collectionPath(type, namespace);
    const answer = await this.#read(target, path, { timing: options, query: { ...query, continue: options.continue } });
    return parseListPage(target, type, answer);
  }

  async watch(type: ResourceType, options: WatchOptions): Promise<WatchStream> {
    const { namespace, labelSelector, fieldSelector, resourceVersion, allowBookmarks, timeoutSeconds } = options;
    const target = describeTarget('watch', type, { namespace });
    const stream = await this.#parts.transport.open({
      target,
      method: 'GET',
      path: collectionPath(type, namespace),
      query: {
        watch: true,
        labelSelector,
        fieldSelector,
        resourceVersion,
        timeoutSeconds,
        allowWatchBookmarks: allowBookmarks,
      },
      timeoutMs: defaultTimeoutMs,
      signal: options.signal,
    });
    const lines = splitLines(stream.chunks(), this.#parts.transport.maxResponseBytes);
    return { lines: watchLines(target, lines), close: stream.close };
  }

  /** The log of a container, in pieces of any length, read as the loop goes on. */
  async *log(pod: ObjectRef, options: LogOptions): AsyncGenerator<Uint8Array> {
    const { signal, ...query } = options;
    const target = describeTarget('get', pods, { ...pod, subresource: 'log' });
    const path = objectPath(pods, pod, 'log');
    const timeoutMs = defaultTimeoutMs;
    const stream = await this.#parts.transport.open({ target, method: 'GET', path, query, timeoutMs, signal });
    try {
      yield* stream.chunks();
    } catch (error) {
      throw streamError(target, error);
    } finally {
      stream.close();
    }
  }

  /** With a subresource (`token`, `eviction`), `object` is of the subresource's kind and named like its parent. */
  create<T extends KubeObject>(type: ResourceType<T>, object: T, options: SubresourceWriteOptions = {}): Promise<T> {
    const { subresource } = options;
    const { metadata } = object;
    const target = describeTarget('create', type, { ...metadata, subresource });
    const path =
      subresource === undefined ? collectionPath(type, metadata.namespace) : objectPath(type, metadata, subresource);
    return this.#writeObject({ target, method: 'POST', path, body: object }, options);
  }

  /** Replaces the object; with its `resourceVersion` set, only as it was read. */
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options: SubresourceWriteOptions = {}): Promise<T> {
    const target = describeTarget('update', type, { ...object.metadata, subresource: options.subresource });
    const path = objectPath(type, object.metadata, options.subresource);
    return this.#writeObject({ target, method: 'PUT', path, body: object }, options);
  }

  /** Replaces the status alone; the server ignores everything else but the `resourceVersion`. */
  updateStatus<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(type, object, { ...options, subresource: 'status' });
  }

  /** Server-side apply: the fields given, and no others, become this field manager's. */
  apply<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options: ApplyOptions = {}): Promise<T> {
    const { subresource, force = false, ...rest } = options;
    const target = describeTarget('apply', type, { ...object.metadata, subresource });
    const path = objectPath(type, object.metadata, subresource);
    // JSON is YAML, and the server takes no other content type for apply.
    const contentType = 'application/apply-patch+yaml';
    return this.#writeObject({ target, method: 'PATCH', path, body: object, contentType, query: { force } }, rest);
  }

  patch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: Patch,
    options: SubresourceWriteOptions = {},
  ): Promise<T> {
    const target = describeTarget('patch', type, { ...ref, subresource: options.subresource });
    const path = objectPath(type, ref, options.subresource);
    const [body, contentType] =
      'merge' in patch ? [patch.merge, 'application/merge-patch+json'] : [patch.json, 'application/json-patch+json'];
    return this.#writeObject({ target, method: 'PATCH', path, body, contentType }, options);
  }

  /** Resolves when the server has taken the deletion on; finalizers and grace periods may keep the object for a while. */
  async delete(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion } = options;
    const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
    const body = { ...deletionBody(options), preconditions };
    const target = describeTarget('delete', type, ref);
    await this.#write({ target, method: 'DELETE', path: objectPath(type, ref), body }, options);
  }

  /** Deletes every object of a selection. Namespaced types need a namespace. */
  async deleteCollection(type: ResourceType, selection: Selection, options: DeletionOptions = {}): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = selection;
    if (type.namespaced && namespace === undefined) {
      throw new TypeError(`deleting ${resourceName(type)} of all namespaces at once is not possible; name one`);
    }
    const target = describeTarget('deletecollection', type, { namespace });
    const query = { labelSelector, fieldSelector };
    const path = collectionPath(type, namespace);
    await this.#write({ target, method: 'DELETE', path, body: deletionBody(options), query }, options);
  }

  #read(
    target: RequestTarget,
    path: string,
    options: { readonly timing: CallOptions; readonly query?: Call['query'] },
  ): Promise<Answer> {
    const { signal, timeoutMs = defaultTimeoutMs } = options.timing;
    return this.#parts.transport.send({ target, method: 'GET', path, query: options.query ?? {}, timeoutMs, signal });
  }

  async #writeObject<T extends KubeObject>(write: Write, options: WriteOptions): Promise<T> {
    const { fieldManager } = this.#parts;
    const { dryRun, fieldValidation } = options;
    const query = { ...write.query, fieldManager, fieldValidation, dryRun: dryRun === true ? 'All' : undefined };
    return parseJson(write.target, await this.#write({ ...write, query }, options)) as T;
  }

  async #write(write: Write, timing: CallOptions): Promise<Answer> {
    const pass = this.#parts.gate.enter();
    const { target, body, query } = write;
    if (pass.refused !== undefined) throw new WriteRefused({ target, code: 0, reason: '', said: pass.refused });
    const timeoutMs = Math.min(timing.timeoutMs ?? defaultTimeoutMs, pass.timeoutMs);
    let outcome: 'known' | 'unknown' = 'known';
    try {
      return await this.#parts.transport.send({
        ...write,
        body: JSON.stringify(body),
        // The server gives up when we do: nothing of ours takes effect after its time.
        query: { ...query, timeout: `${Math.max(1, Math.floor(timeoutMs))}ms` },
        timeoutMs,
        signal: timing.signal,
      });
    } catch (error) {
      outcome = isOutcomeKnown(error) ? 'known' : 'unknown';
      throw error;
    } finally {
      pass.leave(outcome);
    }
  }
}

interface Write {
  readonly target: RequestTarget;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: unknown;
  readonly contentType?: string;
  readonly query?: Call['query'];
}

function isOutcomeKnown(error: unknown): boolean {
  if (error instanceof Unreachable) return !error.mayHaveTakenEffect;
  return error instanceof KubeconfigError || (error instanceof ApiError && !(error instanceof ServerError));
}

function deletionBody({ propagationPolicy = 'Background', gracePeriodSeconds, dryRun }: DeletionOptions) {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    gracePeriodSeconds,
    dryRun: dryRun === true ? ['All'] : undefined,
  };
}

function describeTarget(
  verb: string,
  type: ResourceType,
  where: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string | undefined },
): RequestTarget {
  return {
    verb,
    resource: resourceName(type, where.subresource),
    ...(where.namespace === undefined ? {} : { namespace: where.namespace }),
    ...(where.name === undefined ? {} : { name: where.name }),
  };
}
