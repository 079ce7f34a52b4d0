import { LRUCache } from 'lru-cache';
import type { JsonValue } from '../api/json.ts';
import type { WorkItem } from '../api/work-item.ts';
import { digestOf } from '../core/digest.ts';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import type { CacheHit } from '../core/work-item/observed.ts';
import type { ArtifactContent } from '../core/work-item/work-item-plan.ts';
import type { ServerClient } from './server-client.ts';

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
        const stored = await this.#server.putJson(scopeOf(workItem), content);
        if (stored !== digest) throw new Error(`the artifact ${digest} was stored as ${stored}`);
        this.#hold(digest, content);
      }),
    );
  }

  async keep(workItem: WorkItem, digests: readonly string[]): Promise<void> {
    await Promise.all(digests.map((digest) => this.#server.addReference(scopeOf(workItem), digest)));
  }

  async read(workItem: WorkItem, digest: string): Promise<JsonValue> {
    const scope = scopeOf(workItem);
    let value = await this.#server.getJson(scope, digest);
    // A replay reads what the run before it has stored.
    if (value === undefined && (await this.#server.addReference(scope, digest)))
      value = await this.#server.getJson(scope, digest);
    if (value === undefined) throw new Error(`the artifact ${digest} is gone: the server has none of this digest`);
    this.#hold(digest, value as JsonValue);
    return value as JsonValue;
  }

  async lookUp(workItem: WorkItem, key: string): Promise<CacheHit | undefined> {
    const scope = scopeOf(workItem);
    const pointer = await this.#server.getCachePointer(cacheKey(scope.namespace, key));
    if (pointer === undefined || !(await this.#server.addReference(scope, pointer.outputsDigest))) return undefined;
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
    await this.#server.putCachePointer(cacheKey(namespace, key), {
      ttlSeconds: pointer.ttlSeconds,
      outputsDigest: pointer.outputsDigest,
    });
  }

  #hold(digest: string, value: JsonValue): void {
    this.held.set(digest, { value }, { size: JSON.stringify(value).length + 1 });
  }
}

/** Results are shared within a namespace and no further. */
const cacheKey = (namespace: string, key: string) => digestOf({ namespace, key }).slice('sha256:'.length);

const scopeOf = ({ metadata: { namespace = '', uid = '' } }: WorkItem): WorkItemScope => ({ namespace, workItem: uid });
