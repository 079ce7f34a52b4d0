import type { AccessProblem, AccessProblemKind } from '../core/delegation/access-problem.ts';
import type { ServingPod } from '../core/delegation/judge-deployment.ts';
import type { ClusterObject, ObjectReference } from '../core/delegation/cluster-object.ts';
import type { ObjectAnswer } from '../controllers/object-cluster.ts';
import type { ServingCluster } from '../controllers/serving-operation.ts';

/** The process of the operator ends: what it had in memory is lost, and its promises are never kept. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** What goes wrong with a call: the process dies, or no answer comes, before or after it took effect. */
export type CallFault = 'crash-before' | 'crash-after' | 'lost-before' | 'lost-after';

type Verb = 'get' | 'create' | 'replace' | 'remove' | 'pods';

/** Objects in memory, by the rules of the API server that matter here: names are unique, every object has its own UID. */
export class MemoryCluster implements ServingCluster {
  readonly objects = new Map<string, ClusterObject>();
  /** Every call, in order: `create Job a`. */
  readonly calls: string[] = [];
  pods: ServingPod[] = [];
  /** Asked before each call, which is the `count`-th (from 1). */
  fault: (verb: Verb, count: number) => CallFault | undefined = () => undefined;
  /** What stands in the way of a call, as long as it does. */
  problem: (verb: Verb) => AccessProblem | undefined = () => undefined;
  #uids = 0;

  /** Puts an object there as someone else would. */
  put(object: ClusterObject): ClusterObject {
    const uid = object.metadata.uid ?? `uid-${++this.#uids}`;
    const stored = { ...object, metadata: { generation: 1, ...object.metadata, uid } };
    this.objects.set(keyOf(object.kind, object.metadata.name), stored);
    return stored;
  }

  /** Does as an engine that writes an object's status. */
  setStatus(kind: string, name: string, status: NonNullable<ClusterObject['status']>): void {
    const object = this.objects.get(keyOf(kind, name));
    if (object !== undefined) this.objects.set(keyOf(kind, name), { ...object, status });
  }

  get({ kind, name }: ObjectReference): Promise<ObjectAnswer> {
    return this.#call('get', `${kind} ${name}`, () => {
      const object = this.objects.get(keyOf(kind, name));
      return object === undefined ? asProblem('absent') : { object };
    });
  }

  create(object: ClusterObject): Promise<ObjectAnswer> {
    const { kind, metadata } = object;
    return this.#call('create', `${kind} ${metadata.name}`, () =>
      this.objects.has(keyOf(kind, metadata.name)) ? asProblem('taken') : { object: this.put(object) },
    );
  }

  replace(object: ClusterObject): Promise<ObjectAnswer> {
    const { kind, metadata } = object;
    return this.#call('replace', `${kind} ${metadata.name}`, () => {
      const before = this.objects.get(keyOf(kind, metadata.name));
      if (before === undefined) return asProblem('absent');
      if (metadata.uid !== before.metadata.uid) return asProblem('changed');
      const generation = (before.metadata.generation ?? 0) + 1;
      return { object: this.put({ ...object, metadata: { ...metadata, generation } }) };
    });
  }

  async remove({ kind, name }: ObjectReference, uid: string): Promise<AccessProblem | undefined> {
    const answer = await this.#call('remove', `${kind} ${name}`, () => {
      const object = this.objects.get(keyOf(kind, name));
      if (object === undefined) return asProblem('absent');
      if (object.metadata.uid !== uid) return asProblem('changed');
      this.objects.delete(keyOf(kind, name));
      return {};
    });
    return 'problem' in answer ? answer.problem : undefined;
  }

  podsOf(): ReturnType<ServingCluster['podsOf']> {
    return this.#call('pods', '', () => ({ pods: this.pods }));
  }

  /** Every call is answered later than it was made, as by a network. */
  async #call<T extends object>(
    verb: Verb,
    what: string,
    work: () => T | { readonly problem: AccessProblem },
  ): Promise<T | { readonly problem: AccessProblem }> {
    const fault = this.fault(verb, this.calls.push(`${verb} ${what}`.trim()));
    await Promise.resolve();
    if (fault === 'crash-before') throw new Crash();
    const problem = fault === 'lost-before' ? asProblem('unavailable').problem : this.problem(verb);
    if (problem !== undefined) return { problem };
    const answer = work();
    if (fault === 'crash-after') throw new Crash();
    return fault === 'lost-after' ? asProblem('unavailable') : answer;
  }
}

const keyOf = (kind: string, name: string) => `${kind}/${name}`;

const asProblem = (kind: AccessProblemKind) => ({ problem: { kind, message: `the cluster says: ${kind}` } });
