import { AlreadyExists, Forbidden, NotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { isObjectName, type KubeObject, type ResourceType } from './resource-type.ts';

/** An apps/v1 ControllerRevision: data under a name, which nobody can change. */
export interface ControllerRevision extends KubeObject {
  readonly revision: number;
  readonly data?: unknown;
}

/** ControllerRevisions. */
export const controllerRevisions: ResourceType<ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
};

/** Label of the revisions that runs are pinned to. */
export const pinLabel = 'conclave.dev/pin';

/** A revision, without its content. */
export interface KeptRevision {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** Content that runs are pinned to, kept in ControllerRevisions. They have no owner: many runs share one. */
export class RevisionAccess {
  readonly #client: Pick<KubeClient, 'create' | 'get' | 'list' | 'delete'>;

  constructor(client: Pick<KubeClient, 'create' | 'get' | 'list' | 'delete'>) {
    this.#client = client;
  }

  /**
   * All revisions that runs of these namespaces, or of all, are or were pinned to. A namespace that is named and may not be
   * read is passed over.
   */
  async *list(namespaces?: readonly string[]): AsyncGenerator<KeptRevision> {
    if (namespaces === undefined) return yield* this.#listIn({});
    for (const namespace of namespaces) {
      try {
        yield* this.#listIn({ namespace });
      } catch (error) {
        if (!(error instanceof Forbidden)) throw error;
      }
    }
  }

  async *#listIn(where: { readonly namespace?: string }) {
    const selection = { labelSelector: `${pinLabel}=true`, ...where };
    for await (const { metadata } of this.#client.list(controllerRevisions, selection)) {
      const { name, uid = '', resourceVersion = '', creationTimestamp = '' } = metadata;
      yield { namespace: metadata.namespace ?? '', name, uid, resourceVersion, createdAt: creationTimestamp };
    }
  }

  /** Removes a revision as it was seen. */
  async remove(revision: Omit<KeptRevision, 'createdAt'>): Promise<void> {
    const { namespace, name, uid, resourceVersion } = revision;
    await this.#client.delete(controllerRevisions, { namespace, name }, { uid, resourceVersion });
  }

  /** Undefined when there is none of this name, and when no object could be called so: whoever wrote it made it up. */
  async load(namespace: string, name: string): Promise<unknown> {
    if (!isObjectName(name)) return undefined;
    try {
      return (await this.#client.get(controllerRevisions, { namespace, name })).data;
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  /** What stands under the name afterwards: the content, unless something else was there. */
  async keep(namespace: string, name: string, content: object): Promise<unknown> {
    const metadata = { name, namespace, labels: { [pinLabel]: 'true' } };
    const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata, revision: 1, data: content };
    try {
      return (await this.#client.create(controllerRevisions, revision)).data;
    } catch (error) {
      if (error instanceof AlreadyExists) return this.load(namespace, name);
      throw error;
    }
  }
}
