import { group, version } from '../api/kind.ts';
import { type WorkItem, workItemKind } from '../api/work-item.ts';
import type { KubeClient } from './client.ts';
import { connect, type ConnectOptions } from './connect.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

const workItems: ResourceType<WorkItem> = {
  ...{ group, version, kind: workItemKind.kind, plural: workItemKind.plural },
  namespaced: true,
};

/** A review that the API server answers with its status, and keeps nowhere. */
type Review<Spec, Status> = KubeObject & { readonly spec?: Spec; readonly status?: Status };

const selfReviews: ResourceType<Review<never, { readonly userInfo?: { readonly username?: string } }>> = {
  ...{ group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview' },
  ...{ plural: 'selfsubjectreviews', namespaced: false },
};

/** A right in a namespace: of conclave.dev, on an object of this name. */
export interface Right {
  readonly namespace: string;
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
}

const accessReviews: ResourceType<
  Review<{ readonly resourceAttributes: Right & { readonly group: string } }, { readonly allowed?: boolean }>
> = {
  ...{ group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview' },
  ...{ plural: 'selfsubjectaccessreviews', namespaced: false },
};

/** What a person sees and does who decides on WorkItems, by their own account. */
export class DecisionAccess {
  /** The context's namespace. */
  readonly namespace: string;
  readonly #client: KubeClient;
  readonly #rights = new Map<string, Promise<boolean>>();

  constructor(client: KubeClient, namespace: string) {
    [this.#client, this.namespace] = [client, namespace];
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Who the API server says we are. */
  async user(): Promise<string> {
    const { status } = await this.#client.create(selfReviews, review(selfReviews, {}));
    return status?.userInfo?.username ?? '';
  }

  /** Whether we have a right; asked once each. */
  may(right: Right): Promise<boolean> {
    const key = JSON.stringify(right);
    const known = this.#rights.get(key) ?? this.#ask(right);
    this.#rights.set(key, known);
    return known;
  }

  get(namespace: string, name: string): Promise<WorkItem> {
    return this.#client.get(workItems, { namespace, name });
  }

  /** Of one namespace, or of all. */
  list(namespace: string | undefined): AsyncIterable<WorkItem> {
    return this.#client.list(workItems, namespace === undefined ? {} : { namespace });
  }

  /** Adds one annotation, and nothing else, to this very object. */
  async annotate({ metadata }: WorkItem, key: string, value: string): Promise<void> {
    const { namespace = '', name, uid } = metadata;
    await this.#client.patch(
      workItems,
      { namespace, name },
      { merge: { metadata: { uid, annotations: { [key]: value } } } },
    );
  }

  async #ask(right: Right): Promise<boolean> {
    const spec = { resourceAttributes: { group, ...right } };
    const { status } = await this.#client.create(accessReviews, review(accessReviews, { spec }));
    return status?.allowed === true;
  }
}

/** Connects as the kubeconfig says. @throws KubeconfigError */
export async function openDecisions(options: ConnectOptions): Promise<DecisionAccess> {
  const { client, namespace } = await connect({ fieldManager: 'conclave-cli', ...options });
  return new DecisionAccess(client, namespace);
}

/** A review has no name. */
function review<T extends KubeObject>({ group, version, kind }: ResourceType<T>, more: object): T {
  return { apiVersion: `${group}/${version}`, kind, metadata: {}, ...more } as unknown as T;
}
