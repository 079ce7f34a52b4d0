import { Cluster } from './cluster.ts';
import type { KubeClient } from './client.ts';
import { systemClock } from './clock.ts';
import { connect, type ConnectOptions } from './connect.ts';
import { DecisionAccess } from './decision-access.ts';
import type { Selection } from './list-watch.ts';
import { PolicyAccess } from './policy-access.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** What somebody sees and does in a cluster by their own account. */
export class Account {
  readonly client: KubeClient;
  /** The context's namespace. */
  readonly namespace: string;
  /** The same where people decide. */
  readonly person: DecisionAccess;

  constructor(client: KubeClient, namespace: string) {
    [this.client, this.namespace, this.person] = [client, namespace, new DecisionAccess(client, namespace)];
  }

  /**
   * All objects of a selection, again whenever one of them has changed. Throws at once what the API server objects to;
   * interruptions later on are waited out. Aborting `signal` ends it.
   */
  async *follow<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly T[]> {
    await this.client.listPage(type, { ...selection, limit: 1 });
    const cluster = new Cluster({ client: this.client, clock: systemClock, random: Math.random });
    const { namespace, ...which } = selection;
    const namespaces = namespace === undefined ? undefined : [namespace];
    const store = cluster.cache(type, { selection: which, namespaces });
    const changes = new LatestChange();
    store.subscribe(() => {
      changes.tell();
    });
    const end = (): void => {
      changes.tell();
    };
    signal?.addEventListener('abort', end);
    cluster.start();
    try {
      await cluster.whenSynced();
      while (signal?.aborted !== true) {
        changes.forget();
        yield store.list();
        await changes.next();
      }
    } finally {
      signal?.removeEventListener('abort', end);
      await cluster.stop();
    }
  }

  /** An admission policy or its binding, past any cache. */
  policy(policy: Parameters<PolicyAccess['read']>[0]): ReturnType<PolicyAccess['read']> {
    return new PolicyAccess(this.client).read(policy);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** That something has changed since one last looked. */
class LatestChange {
  #changed = Promise.withResolvers<undefined>();

  tell(): void {
    this.#changed.resolve(undefined);
  }

  forget(): void {
    this.#changed = Promise.withResolvers<undefined>();
  }

  next(): Promise<undefined> {
    return this.#changed.promise;
  }
}

/** Connects as the kubeconfig says. @throws KubeconfigError */
export async function openAccount(options: ConnectOptions): Promise<Account> {
  const { client, namespace } = await connect({ fieldManager: 'conclave-cli', ...options });
  return new Account(client, namespace);
}
