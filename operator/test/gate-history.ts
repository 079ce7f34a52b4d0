import type { GateStatus } from '../src/api/gate-status.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { systemClock as clock } from '../src/kube/clock.ts';
import { Cluster } from '../src/kube/cluster.ts';
import { workItemType } from './work-items.ts';

/** The one gate of a WorkItem. */
export const gateOf = (item: WorkItem | undefined): GateStatus | undefined => item?.status?.gates?.[0];

/** Every version that the WorkItems of a namespace have had, as a watch tells of them. */
export class GateHistory {
  readonly #cluster: Cluster;
  readonly #versions = new Map<string, WorkItem[]>();
  readonly #waiting = new Set<() => void>();

  private constructor(client: KubeClient, namespace: string) {
    this.#cluster = new Cluster({ client, clock, random: Math.random });
    this.#cluster.cache(workItemType, { namespaces: [namespace] }).subscribe(({ type, object }) => {
      if (type === 'deleted') return;
      const { name } = object.metadata;
      this.#versions.set(name, [...this.of(name), object]);
      for (const look of this.#waiting) look();
    });
  }

  static async start(client: KubeClient, namespace: string): Promise<GateHistory> {
    const history = new GateHistory(client, namespace);
    history.#cluster.start();
    await history.#cluster.whenSynced();
    return history;
  }

  /** All versions of one, the latest last. */
  of(name: string): readonly WorkItem[] {
    return this.#versions.get(name) ?? [];
  }

  latest(name: string): WorkItem | undefined {
    return this.of(name).at(-1);
  }

  /** Resolves as soon as the latest version of one is so. @throws Error after a minute, with what it is instead */
  async when(name: string, what: string, isSo: (item: WorkItem) => boolean): Promise<WorkItem> {
    const { promise, resolve, reject } = Promise.withResolvers<WorkItem>();
    const look = (): void => {
      const item = this.latest(name);
      if (item !== undefined && isSo(item)) resolve(item);
    };
    const tellWhat = () =>
      `not within a minute: ${name} ${what}; it is ${JSON.stringify(this.latest(name)).slice(-3_000)}`;
    const timer = setTimeout(() => reject(new Error(tellWhat())), 60_000);
    this.#waiting.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }

  stop(): Promise<void> {
    return this.#cluster.stop();
  }
}
