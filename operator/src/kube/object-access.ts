import type { AccessProblem } from '../core/delegation/access-problem.ts';
import type { ClusterObject, ObjectReference } from '../core/delegation/cluster-object.ts';
import { accessProblemOf } from './access-problem.ts';
import type { KubeClient } from './client.ts';
import { Discovery } from './discovery.ts';
import { type Pod, pods } from './pod.ts';
import { KubeconfigError } from './kubeconfig.ts';
import type { ResourceType } from './resource-type.ts';

/** An object, or what stood in the way. */
export type ObjectAnswer = { readonly object: ClusterObject } | { readonly problem: AccessProblem };

/** What it needs of the client. */
export type ObjectAccessClient = Pick<KubeClient, 'get' | 'create' | 'update' | 'delete' | 'listPage' | 'getText'>;

type Type = ResourceType<ClusterObject>;
type Work<T> = (type: Type) => Promise<T>;

/** Pods of a selection that are looked at: the first page tells enough. */
const mostPods = 100;

/**
 * Objects of any namespaced kind, found by discovery. What the cluster objects to is a value; only the reason of an
 * aborted signal is thrown.
 */
export class ObjectAccess {
  readonly #client: ObjectAccessClient;
  readonly #discovery: Discovery;

  constructor(client: ObjectAccessClient) {
    this.#client = client;
    this.#discovery = new Discovery(client);
  }

  get(reference: ObjectReference, signal: AbortSignal): Promise<ObjectAnswer> {
    return this.#with(reference, signal, async (type) => ({
      object: await this.#client.get(type, reference, { signal }),
    }));
  }

  /** Strictly: an unknown field is a mistake in a template, and better told than dropped. */
  create(object: ClusterObject, signal: AbortSignal): Promise<ObjectAnswer> {
    return this.#with(referenceOf(object), signal, async (type) => ({
      object: await this.#client.create(type, object, { signal, fieldValidation: 'Strict' }),
    }));
  }

  /** Only as it was read: its metadata has the UID and the resourceVersion. */
  replace(object: ClusterObject, signal: AbortSignal): Promise<ObjectAnswer> {
    return this.#with(referenceOf(object), signal, async (type) => ({
      object: await this.#client.update(type, object, { signal, fieldValidation: 'Strict' }),
    }));
  }

  async remove(reference: ObjectReference, uid: string, signal: AbortSignal): Promise<AccessProblem | undefined> {
    const removed = await this.#with(reference, signal, async (type) => {
      await this.#client.delete(type, reference, { uid, signal });
      return {};
    });
    return 'problem' in removed ? removed.problem : undefined;
  }

  /** The first hundred Pods that carry all of some labels. */
  async podsOf(
    namespace: string,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly pods: readonly Pod[] } | { readonly problem: AccessProblem }> {
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    return this.#answer(signal, async () => {
      const page = await this.#client.listPage(pods, { namespace, labelSelector, limit: mostPods, signal });
      return { pods: page.items };
    });
  }

  #with<T extends object>(
    reference: ObjectReference,
    signal: AbortSignal,
    work: Work<T>,
  ): Promise<T | { readonly problem: AccessProblem }> {
    const { apiVersion, kind, name } = reference;
    return this.#answer(signal, async () => {
      if (!isName(name)) return { problem: { kind: 'invalid', message: `'${name}' is no name of an object` } };
      const type = (await this.#discovery.find(apiVersion, kind, { signal })) as Type | undefined;
      if (type === undefined) return { problem: notServed(reference) };
      if (!type.namespaced) return { problem: notNamespaced(reference) };
      const answer = await this.#answer(signal, () => work(type));
      if ('problem' in answer && answer.problem.kind === 'not-served') this.#discovery.forget(apiVersion);
      return answer;
    });
  }

  async #answer<T extends object>(
    signal: AbortSignal,
    work: () => Promise<T | { readonly problem: AccessProblem }>,
  ): Promise<T | { readonly problem: AccessProblem }> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof KubeconfigError) return { problem: { kind: 'unavailable', message: error.message } };
      const problem = accessProblemOf(error);
      if (problem === undefined) throw error;
      return { problem };
    }
  }
}

/** An object without a namespace in its metadata would be looked for in all of them. */
function referenceOf({ apiVersion, kind, metadata }: ClusterObject): ObjectReference {
  const { namespace, name } = metadata;
  if (namespace === undefined) throw new TypeError(`${kind} ${name} needs a namespace`);
  return { apiVersion, kind, namespace, name };
}

/** Names that would make a URL of something else; the server checks the rest. */
const isName = (name: string) => name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);

function notServed({ apiVersion, kind }: ObjectReference): AccessProblem {
  const message = `the cluster serves no kind ${kind} of ${apiVersion} — install what brings it, or correct apiVersion and kind`;
  return { kind: 'not-served', message };
}

function notNamespaced({ apiVersion, kind }: ObjectReference): AccessProblem {
  const message = `${kind} of ${apiVersion} has no namespaces, and a WorkItem works in its own alone — choose a namespaced kind`;
  return { kind: 'not-namespaced', message };
}
