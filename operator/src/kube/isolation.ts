import { Forbidden } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** NetworkPolicies. */
export const networkPolicies: ResourceType = {
  ...{ group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
  ...{ plural: 'networkpolicies', namespaced: true },
};

/** A policy that was put there is believed to be there for so long, in milliseconds. */
const believedMs = 300_000;

/** What isolation is made of. */
export interface IsolationParts {
  readonly client: Pick<KubeClient, 'apply'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** The policy of a namespace. */
  readonly render: (namespace: string) => object;
}

/** Puts a NetworkPolicy into namespaces, and puts it there again now and then, should anybody have changed it. */
export class Isolation {
  readonly #parts: IsolationParts;
  readonly #applied = new Map<string, { readonly atMs: number; readonly done: Promise<string | undefined> }>();

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  /** Resolves once the policy is there; with what the API server says when it does not let it in. */
  ensure(namespace: string): Promise<string | undefined> {
    const nowMs = this.#parts.clock.monotonicMs();
    const known = this.#applied.get(namespace);
    if (known !== undefined && nowMs - known.atMs < believedMs) return known.done;
    const done = this.#apply(namespace);
    this.#applied.set(namespace, { atMs: nowMs, done });
    // What failed is tried again by the next that asks.
    const forget = () => this.#applied.delete(namespace);
    done.then((refusal) => refusal !== undefined && forget(), forget);
    return done;
  }

  async #apply(namespace: string): Promise<string | undefined> {
    const { client, render } = this.#parts;
    try {
      await client.apply(networkPolicies, render(namespace) as KubeObject, { force: true });
      return undefined;
    } catch (error) {
      if (error instanceof Forbidden) return error.said;
      throw error;
    }
  }
}
