import { AlreadyExists, NotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

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

/** Content that runs are pinned to, kept in ControllerRevisions. They have no owner: many runs share one. */
export class RevisionAccess {
  readonly #client: Pick<KubeClient, 'create' | 'get'>;

  constructor(client: Pick<KubeClient, 'create' | 'get'>) {
    this.#client = client;
  }

  async load(namespace: string, name: string): Promise<unknown> {
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
