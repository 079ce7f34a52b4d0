import { NotFound } from './api-error.ts';
import type { CallOptions } from './client-options.ts';
import { parseJson } from './parse-answer.ts';
import type { ResourceType } from './resource-type.ts';

/** What discovery needs of the client. */
export interface DiscoveryClient {
  getText(path: string, timing?: CallOptions): Promise<string>;
}

/** One entry of an APIResourceList, as far as it matters here. */
interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Which kinds the API server serves, and under which URLs. Answers are remembered by API version; a kind that is not
 * among them is asked for again, since its definition may have come meanwhile.
 */
export class Discovery {
  readonly #client: DiscoveryClient;
  readonly #known = new Map<string, readonly ApiResource[]>();

  constructor(client: DiscoveryClient) {
    this.#client = client;
  }

  /** The type of a kind; undefined when the server does not serve it. Throws what the client throws. */
  async find(apiVersion: string, kind: string, timing: CallOptions = {}): Promise<ResourceType | undefined> {
    if (!wellFormed.test(apiVersion)) return undefined;
    const known = typeOf(this.#known.get(apiVersion), apiVersion, kind);
    return known ?? typeOf(await this.#ask(apiVersion, timing), apiVersion, kind);
  }

  /** Forgets an API version: what was remembered of it has proved wrong. */
  forget(apiVersion: string): void {
    this.#known.delete(apiVersion);
  }

  async #ask(apiVersion: string, timing: CallOptions): Promise<readonly ApiResource[] | undefined> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      const body = await this.#client.getText(path, timing);
      const { resources } = parseJson({ verb: 'get', resource: path }, { code: 200, headers: {}, body }) as {
        resources?: ApiResource[];
      };
      // Subresources are listed too: `deployments/scale` is of kind Scale.
      const found = (resources ?? []).filter(({ name }) => !name.includes('/'));
      this.#known.set(apiVersion, found);
      return found;
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      this.#known.delete(apiVersion);
      return undefined;
    }
  }
}

/** What may become part of a URL. */
const wellFormed = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?v[a-z0-9]{1,62}$/;

function typeOf(
  resources: readonly ApiResource[] | undefined,
  apiVersion: string,
  kind: string,
): ResourceType | undefined {
  const found = resources?.find((resource) => resource.kind === kind);
  if (found === undefined) return undefined;
  const slash = apiVersion.indexOf('/');
  return {
    group: apiVersion.slice(0, Math.max(0, slash)),
    version: apiVersion.slice(slash + 1),
    ...{ kind, plural: found.name, namespaced: found.namespaced },
  };
}
