import { LRUCache } from 'lru-cache';
import type { JsonValue } from '../api/json.ts';
import type { WorkItem } from '../api/work-item.ts';
import { digestOf } from '../core/digest.ts';
import { Unavailable } from '../core/reconcile-error.ts';
import { ArtifactGone } from '../core/records/artifact-gone.ts';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import type { CacheHit } from '../core/work-item/observed.ts';
import type { ArtifactContent } from '../core/work-item/work-item-plan.ts';
import type { ServerClient } from './server-client.ts';
import { ServerCallFailed } from './server-transport.ts';
import { storeCall } from './store-call.ts';

/** Characters of JSON that are held in memory, so that plans need not read again. */
const heldCharacters = 64 * 1024 * 1024;

/** Artifacts and results to be used again, of plans: kept by the server, and the last ones held in memory. */
export class ArtifactAccess {
  readonly #server: ServerClient;
  readonly held = new LRUCache<string, { readonly value: JsonValue }>({ maxSize: heldCharacters });

  constructor(server: ServerClient) {
    this.#server = server;
  }

  /** What plans look into. */
  readonly facts = {
    get: (digest: string): JsonValue | undefined => this.held.get(digest)?.value,
    has: (digest: string): boolean => this.held.has(digest),
  };

  async store(workItem: WorkItem, contents: readonly ArtifactContent[]): Promise<void> {
    await Promise.all(
      contents.map(async ({ digest, content }) => {
        const stored = await storeCall(this.#server.putJson(scopeOf(workItem), content));
        if (stored !== digest) throw new Error(`the artifact ${digest} was stored as ${stored}`);
        this.#hold(digest, content);
      }),
    );
  }

  async keep(workItem: WorkItem, digests: readonly string[]): Promise<void> {
    await Promise.all(digests.map((digest) => storeCall(this.#server.addReference(scopeOf(workItem), digest))));
  }

  async read(workItem: WorkItem, digest: string): Promise<JsonValue> {
    const scope = scopeOf(workItem);
    let value = await this.#load(scope, digest);
    // A replay reads what the run before it has stored.
    if (value === undefined && (await storeCall(this.#server.addReference(scope, digest))))
      value = await this.#load(scope, digest);
    if (value === undefined) throw new ArtifactGone(digest);
    this.#hold(digest, value as JsonValue);
    return value as JsonValue;
  }

  async lookUp(workItem: WorkItem, key: string): Promise<CacheHit | undefined> {
    const scope = scopeOf(workItem);
    const pointer = await storeCall(this.#server.getCachePointer(cacheKey(scope.namespace, key)));
    if (pointer === undefined) return undefined;
    if (!(await storeCall(this.#server.addReference(scope, pointer.outputsDigest)))) return undefined;
    const outputs = await this.read(workItem, pointer.outputsDigest);
    return { outputs: outputs as NonNullable<CacheHit['outputs']>, at: pointer.at };
  }

  async fill(entry: {
    readonly namespace: string;
    readonly key: string;
    readonly ttlSeconds: number;
    readonly outputsDigest: string;
  }): Promise<void> {
    const { namespace, key, ...pointer } = entry;
    await storeCall(this.#server.putCachePointer(cacheKey(namespace, key), pointer));
  }

  #load(scope: WorkItemScope, digest: string): Promise<unknown> {
    return storeCall(this.#server.getJson(scope, digest)).catch((error: unknown) => {
      throw isLost(error) ? new ArtifactGone(digest) : error;
    });
  }

  #hold(digest: string, value: JsonValue): void {
    this.held.set(digest, { value }, { size: JSON.stringify(value).length + 1 });
  }
}

/** The server knows of it, and its disk has it no longer, or not as it was: that does not pass. */
const isLost = (error: unknown) =>
  error instanceof Unavailable &&
  error.cause instanceof ServerCallFailed &&
  error.cause.reason === 'Broken' &&
  error.cause.status === 500;

/** Results are shared within a namespace and no further. */
const cacheKey = (namespace: string, key: string) => digestOf({ namespace, key }).slice('sha256:'.length);

const scopeOf = ({ metadata: { namespace = '', uid = '' } }: WorkItem): WorkItemScope => ({ namespace, workItem: uid });
