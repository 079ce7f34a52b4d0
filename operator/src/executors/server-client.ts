import { createHash } from 'node:crypto';
import type { ToldProgress } from '../api/attempt-progress.ts';
import { canonicalJson } from '../core/digest.ts';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import {
  ServerCallFailed,
  ServerTransport,
  type ServerAnswer,
  type ServerRequest,
  type ServerTransportOptions,
} from './server-transport.ts';

/** Bytes that are stored under the digest that they have. */
export interface BytesToStore {
  readonly digest: string;
  /** Called once for each attempt. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly sizeBytes?: number;
}

/** Where the outputs of an earlier, equal step are. */
export interface CachePointer {
  readonly outputsDigest: string;
  /** When they were made: RFC 3339. */
  readonly at: string;
  /** When they count no more: RFC 3339. */
  readonly expiresAt: string;
}

/** An event that came from outside. */
export interface InboundEvent {
  readonly sequence: number;
  readonly namespace: string;
  /** User who sent it. */
  readonly sender: string;
  readonly receivedAt: string;
  /** The CloudEvent in structured mode. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** A page of events. */
export interface InboundEvents {
  /** Identifies the inbox: with another one than before, sequence numbers begin anew. */
  readonly inbox: string;
  readonly events: readonly InboundEvent[];
}

/** A page of what attempts tell of their progress. */
export interface PostedProgress {
  /** Identifies the board: with another one than before, sequence numbers begin anew. */
  readonly board: string;
  readonly progress: readonly (WorkItemScope & ToldProgress & { readonly sequence: number })[];
}

/** Which entries of a list that grows are read: those after a sequence number. */
export interface Poll {
  readonly after: number;
  readonly waitSeconds?: number;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** A WorkItem and what it refers to, in numbers. */
export interface StoredScope extends WorkItemScope {
  readonly artifacts: number;
  readonly sizeBytes: number;
}

const timeoutMs = 30_000;
const uploadTimeoutMs = 15 * 60 * 1000;
const largestJsonBytes = 64 * 1024 * 1024;

/** The server as the operator uses it: artifacts, cache pointers, references, events. Errors are `ServerCallFailed`. */
export class ServerClient {
  readonly #transport: ServerTransport;

  constructor(options: ServerTransportOptions) {
    this.#transport = new ServerTransport(options);
  }

  /** Stores a value as canonical JSON (RFC 8785), under the digest that `digestOf` gives it; that digest. */
  async putJson(scope: WorkItemScope, value: unknown): Promise<string> {
    const bytes = Buffer.from(canonicalJson(value));
    const digest = digestOfBytes(bytes);
    await this.putBytes(scope, { digest, sizeBytes: bytes.length, open: () => chunksOf(bytes) });
    return digest;
  }

  /** Stores bytes; a wrong digest stores nothing (`DigestMismatch`). */
  async putBytes(scope: WorkItemScope, { digest, open, sizeBytes }: BytesToStore): Promise<void> {
    await this.#done({
      method: 'PUT',
      path: `/v1/artifacts/${digest}?${scopeQuery(scope)}`,
      headers: {
        'content-type': 'application/octet-stream',
        ...(sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }),
      },
      body: open,
      timeoutMs: uploadTimeoutMs,
    });
  }

  /**
   * The bytes of an artifact as they come, undefined when the WorkItem has none of this digest. Read to the end, they
   * have the digest; else reading fails (`Broken`).
   */
  async openArtifact(scope: WorkItemScope, digest: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = `/v1/artifacts/${digest}?${scopeQuery(scope)}`;
    const answer = await orUndefined(this.#transport.send({ method: 'GET', path, timeoutMs }));
    return answer && verified(answer.body as AsyncIterable<Uint8Array>, digest);
  }

  /** The bytes of an artifact in memory. @throws ServerCallFailed `TooLarge` beyond `maxBytes` */
  async getBytes(scope: WorkItemScope, digest: string, maxBytes = largestJsonBytes): Promise<Buffer | undefined> {
    const content = await this.openArtifact(scope, digest);
    return content && collect(content, maxBytes);
  }

  /** The JSON value of an artifact; undefined when the WorkItem has none of this digest. */
  async getJson(scope: WorkItemScope, digest: string, maxBytes = largestJsonBytes): Promise<unknown> {
    const bytes = await this.getBytes(scope, digest, maxBytes);
    return bytes && (JSON.parse(bytes.toString('utf8')) as unknown);
  }

  /** Lets a WorkItem read an artifact that another stored; false when nobody did. */
  async addReference(scope: WorkItemScope, digest: string): Promise<boolean> {
    const path = `/v1/artifacts/${digest}/references?${scopeQuery(scope)}`;
    const answer = await orUndefined(this.#transport.send({ method: 'POST', path, timeoutMs }));
    answer?.body.resume();
    return answer !== undefined;
  }

  /** Gives up all that a WorkItem refers to; what nobody else refers to goes when its retention is over. */
  async removeWorkItem({ namespace, workItem }: WorkItemScope): Promise<void> {
    const path = `/v1/work-items/${encodeURIComponent(namespace)}/${encodeURIComponent(workItem)}`;
    await this.#done({ method: 'DELETE', path, timeoutMs });
  }

  /** The WorkItems that refer to anything, page by page. */
  async *listScopes(): AsyncGenerator<StoredScope> {
    let after = '';
    for (;;) {
      const path = `/v1/work-items?limit=500${after}`;
      const { workItems } = await this.#json<{ workItems: StoredScope[] }>({ method: 'GET', path, timeoutMs });
      yield* workItems;
      const last = workItems.at(-1);
      if (last === undefined) return;
      after = `&after=${encodeURIComponent(`${last.namespace}/${last.workItem}`)}`;
    }
  }

  /** Where the outputs under a key are; undefined when there are none, or their time is over. */
  async getCachePointer(key: string): Promise<CachePointer | undefined> {
    const path = `/v1/cache/${encodeURIComponent(key)}`;
    return orUndefined(this.#json<CachePointer>({ method: 'GET', path, timeoutMs }));
  }

  /** Remembers outputs under a key. */
  putCachePointer(
    key: string,
    pointer: { readonly outputsDigest: string; readonly ttlSeconds: number },
  ): Promise<CachePointer> {
    const headers = { 'content-type': 'application/json' };
    const path = `/v1/cache/${encodeURIComponent(key)}`;
    return this.#json({ method: 'PUT', path, headers, body: JSON.stringify(pointer), timeoutMs });
  }

  /** Events after a sequence number, as soon as there is one, or none after `waitSeconds` (at most 60). */
  readEvents(poll: Poll): Promise<InboundEvents> {
    return this.#poll('/v1/events', poll);
  }

  /** What attempts have told of their progress, of each the last, as events are read. */
  readProgress(poll: Poll): Promise<PostedProgress> {
    return this.#poll('/v1/progress', poll);
  }

  /** Ends every connection. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #poll<T>(path: string, { after, waitSeconds = 0, limit = 100, signal }: Poll): Promise<T> {
    const asked = `${path}?after=${after}&limit=${limit}&wait=${waitSeconds}`;
    return this.#json({ method: 'GET', path: asked, timeoutMs: timeoutMs + waitSeconds * 1000, signal });
  }

  async #json<T>(request: ServerRequest): Promise<T> {
    const { body } = await this.#transport.send(request);
    return JSON.parse((await collect(body as AsyncIterable<Uint8Array>, largestJsonBytes)).toString('utf8')) as T;
  }

  async #done(request: ServerRequest): Promise<void> {
    const { body } = await this.#transport.send(request);
    await collect(body as AsyncIterable<Uint8Array>, largestJsonBytes);
  }
}

function scopeQuery({ namespace, workItem }: WorkItemScope): string {
  return new URLSearchParams({ namespace, workItem }).toString();
}

function digestOfBytes(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function* chunksOf(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function* verified(content: AsyncIterable<Uint8Array>, digest: string): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found === digest) return;
  throw failed(0, 'Broken', `the artifact ${digest} arrived as ${found}`);
}

async function collect(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of content) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw failed(413, 'TooLarge', `more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ServerCallFailed) throw error;
    throw failed(0, 'Unreachable', `the answer broke off after ${bytes} bytes`, error);
  }
  return Buffer.concat(chunks);
}

function failed(status: number, reason: string, message: string, cause?: unknown): ServerCallFailed {
  return new ServerCallFailed({ status, reason, message }, cause);
}

async function orUndefined<T extends ServerAnswer | CachePointer>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ServerCallFailed && error.status === 404) return undefined;
    throw error;
  }
}
