import type { WorkItem } from '../../../operator/src/api/work-item.ts';
import { labelNames } from '../../../operator/src/core/manifest/labels.ts';
import type { KubeObject } from '../../../operator/src/kube/resource-type.ts';

/** What is waited for of a WorkItem: its gate asks, its gate is approved, the Job of the next step is there. */
export type Sight = 'asks' | 'approved' | 'started';

/** When each of them was first seen of each WorkItem, by its name, in milliseconds of `performance.now()`. */
export class ApprovalSights {
  readonly #seen = new Map<string, PromiseWithResolvers<number>>();
  readonly #latest = new Map<string, WorkItem>();

  /** Resolves with the time once it was seen. */
  when(name: string, sight: Sight): Promise<number> {
    return this.#of(name, sight).promise;
  }

  latest(name: string): WorkItem | undefined {
    return this.#latest.get(name);
  }

  seeWorkItem(item: WorkItem, atMs: number): void {
    const { name } = item.metadata;
    this.#latest.set(name, item);
    if (isAsking(item)) this.#of(name, 'asks').resolve(atMs);
    if (item.status?.gates?.[0]?.state === 'Approved') this.#of(name, 'approved').resolve(atMs);
  }

  seeJob({ metadata }: KubeObject, atMs: number): void {
    const name = metadata.labels?.[labelNames.workItem];
    if (name !== undefined) this.#of(name, 'started').resolve(atMs);
  }

  #of(name: string, sight: Sight): PromiseWithResolvers<number> {
    const key = `${name} ${sight}`;
    const known = this.#seen.get(key) ?? Promise.withResolvers<number>();
    this.#seen.set(key, known);
    return known;
  }
}

/** Decisions are taken only by a plan that has seen the spec, under policies that are in force. */
function isAsking({ metadata, status = {} }: WorkItem): boolean {
  const isWaiting = status.waitingFor?.some(({ kind }) => kind === 'decision') ?? false;
  return isWaiting && status.gates?.[0]?.state === 'Open' && status.observedGeneration === metadata.generation;
}
