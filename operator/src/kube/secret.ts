import { NotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** A Secret; its values are in Base64. */
export interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Secrets. They are never cached. */
export const secrets: ResourceType<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
};

interface TextSecret {
  readonly name: string;
  readonly type: string;
  readonly resourceVersion?: string | undefined;
  readonly data: Readonly<Record<string, string>>;
}

/** Secrets of one namespace as text, read from the server each time. */
export class TextSecrets {
  readonly #client: Pick<KubeClient, 'get' | 'create' | 'update'>;
  readonly #namespace: string;

  constructor(client: Pick<KubeClient, 'get' | 'create' | 'update'>, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  async read(name: string): Promise<TextSecret | undefined> {
    try {
      const {
        metadata,
        type = 'Opaque',
        data = {},
      } = await this.#client.get(secrets, { namespace: this.#namespace, name });
      return { name, type, resourceVersion: metadata.resourceVersion, data: mapValues(data, fromBase64) };
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  /** Creates it, or replaces it as it was read. @throws AlreadyExists or Conflict when it is not as it was */
  async write({ name, type, resourceVersion, data }: TextSecret): Promise<void> {
    const metadata = { name, namespace: this.#namespace };
    const secret = { apiVersion: 'v1', kind: 'Secret', type, data: mapValues(data, toBase64) };
    if (resourceVersion === undefined) await this.#client.create(secrets, { ...secret, metadata });
    else await this.#client.update(secrets, { ...secret, metadata: { ...metadata, resourceVersion } });
  }
}

function mapValues(data: Readonly<Record<string, string>>, convert: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, convert(value)]));
}

const fromBase64 = (value: string): string => Buffer.from(value, 'base64').toString('utf8');
const toBase64 = (value: string): string => Buffer.from(value, 'utf8').toString('base64');
