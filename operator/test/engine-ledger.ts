import type { WorkItem } from '../src/api/work-item.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { systemClock as clock } from '../src/kube/clock.ts';
import { Cluster } from '../src/kube/cluster.ts';
import { workItemType } from './work-items.ts';

/** Which results of steps were ever on record, in whatever status: a later status could hide what an earlier one took. */
export class ResultLedger {
  readonly #cluster: Cluster;
  readonly #accepted = new Map<string, Set<number>>();

  private constructor(client: KubeClient) {
    this.#cluster = new Cluster({ client, clock, random: Math.random });
    this.#cluster.cache(workItemType).subscribe(({ object }) => this.#read(object));
  }

  /** Reads all statuses from now on. */
  static async start(client: KubeClient): Promise<ResultLedger> {
    const ledger = new ResultLedger(client);
    ledger.#cluster.start();
    await ledger.#cluster.whenSynced();
    return ledger;
  }

  /** Steps of a namespace that took the results of several attempts in one round. */
  acceptedTwice(namespace: string): readonly string[] {
    return Array.from(this.#accepted)
      .filter(([key, numbers]) => key.startsWith(`${namespace}/`) && numbers.size > 1)
      .map(([key, numbers]) => `${key} took the results of the attempts ${[...numbers].join(' and ')}`);
  }

  stop(): Promise<void> {
    return this.#cluster.stop();
  }

  #read({ metadata: { namespace = '', name, uid = '' }, status = {} }: WorkItem): void {
    for (const { path, attempts = [] } of status.steps ?? [])
      for (const { number, round = 1, result } of attempts) {
        if (result !== 'Succeeded') continue;
        const key = `${namespace}/${name} (${uid}): ${path} in round ${round}`;
        this.#accepted.set(key, (this.#accepted.get(key) ?? new Set()).add(number));
      }
  }
}
