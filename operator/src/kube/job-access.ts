import { AlreadyExists, Forbidden, Invalid, NotFound, TooLarge } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import { type Job, jobs } from './job.ts';
import { type Pod, pods } from './pod.ts';
import type { StoreReader } from './store.ts';

/** Index of Jobs by the UID of the WorkItem that controls them, and of Pods by that of their Job. */
export const byController = 'controller';

/** The UID of whoever controls an object. */
export function controllerOf({ metadata: { ownerReferences = [] } }: Job | Pod): readonly string[] {
  return ownerReferences.filter(({ controller }) => controller === true).map(({ uid }) => uid);
}

/** How the creation of a Job went. */
export type JobCreation =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists'; readonly found: Job | undefined }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string };

/** Jobs and their Pods: read from the caches, written past them. */
export class JobAccess {
  readonly #cluster: Cluster;
  readonly #client: KubeClient;
  readonly #jobs: StoreReader<Job>;
  readonly #pods: StoreReader<Pod>;

  /** Both kinds must be cached, with an index `byController`. */
  constructor(cluster: Cluster, client: KubeClient) {
    this.#cluster = cluster;
    this.#client = client;
    this.#jobs = cluster.cached(jobs);
    this.#pods = cluster.cached(pods);
  }

  jobsOf(workItemUid: string): readonly Job[] {
    return this.#jobs.byIndex(byController, workItemUid);
  }

  /** The Pods of a Job, and whether what is known of them is at least as new as what is known of it. */
  podsOf({ metadata: { namespace, uid, resourceVersion } }: Job): { pods: readonly Pod[]; arePodsCurrent: boolean } {
    const pods = uid === undefined ? [] : this.#pods.byIndex(byController, uid);
    return { pods, arePodsCurrent: resourceVersion !== undefined && this.#pods.hasSeen(resourceVersion, namespace) };
  }

  async create(manifest: object): Promise<JobCreation> {
    const job = manifest as Job;
    try {
      await this.#cluster.create(jobs, job);
      return { kind: 'created' };
    } catch (error) {
      if (error instanceof AlreadyExists) return { kind: 'exists', found: await this.#find(job) };
      // 403 is also what a quota and a policy answer: both may change.
      if (error instanceof Forbidden) return { kind: 'refused', message: error.said };
      if (error instanceof Invalid || error instanceof TooLarge) return { kind: 'invalid', message: error.message };
      throw error;
    }
  }

  async remove(namespace: string, { metadata: { name, uid } }: Job): Promise<void> {
    await this.#client.delete(jobs, { namespace, name }, uid === undefined ? {} : { uid }).catch(ignoreGone);
  }

  async removePod(namespace: string, { metadata: { name, uid } }: Pod): Promise<void> {
    await this.#client.delete(pods, { namespace, name }, uid === undefined ? {} : { uid }).catch(ignoreGone);
  }

  async removeAll(namespace: string, labelSelector: string): Promise<void> {
    await this.#client.deleteCollection(jobs, { namespace, labelSelector }).catch(ignoreGone);
  }

  async #find({ metadata }: Job): Promise<Job | undefined> {
    const { namespace, name } = metadata;
    const ref = namespace === undefined ? { name } : { namespace, name };
    return this.#cluster.get(jobs, ref).catch((error: unknown) => {
      if (error instanceof NotFound) return undefined;
      throw error;
    });
  }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof NotFound)) throw error;
}
